"""The short way where processes share the state: one question to it, answered a moment later.

What a request is checked by (whose key it has, that no script plays) was read from the state once,
with the epoch it is of; the state sells nothing to whoever names another epoch than it is in. Such
a request, and any other that is not sold, goes the way of every other one. Knows no connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mock_server import registry
from mock_server.call import Call
from mock_server.express import KEYS_KNOWN, LARGEST, Express
from mock_server.gateway import Gateway
from mock_server.heads import Head
from mock_server.keys import Caller, credentials
from mock_server.ledger import Ending
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.quota import SECOND
from mock_server.scripts.stage import KIND, MAIN, NEXT
from mock_server.state import Find, Glance, Glanced, Hold, Sell, Selling, Sold, State, Take, granted

Found = tuple[Call, Reply | None] | None
"""What `Express.answer` returns."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A call that would be answered, if it were sold."""

    call: Call
    made: bytes | list[bytes] | None
    """The body, or the events; None for what is made afterwards."""
    epoch: int


class SharedExpress(Express):
    """The short way of one of the processes that share a state."""

    def __init__(
        self,
        gateway: Gateway,
        state: Selling,
        clock: Callable[[], int],
        note: Callable[[Call], None],
    ) -> None:
        """`clock` tells nanoseconds since the epoch of Unix; `note` is told of what is answered."""
        super().__init__(gateway, state, clock)
        self._shares = self._reachable = True
        self._note = note
        self._seller = state
        self._epoch: int | None = None
        self._asked: dict[bytes, asyncio.Future[Any]] = {}
        self._special: dict[bytes, int] = {}

    def answer(self, head: Head, raw: bytes, *, streams: bool = False) -> Found:
        """Return None: nothing is answered here without the state."""
        del head, raw, streams
        return None

    def soon(
        self, head: Head, raw: bytes, then: Callable[[Found], None], *, streams: bool = False
    ) -> bool:
        """Have `then` called later with what `Express.answer` would return; False if it is not."""
        now = self._clock()
        caller = self._caller(head, now) if len(raw) <= LARGEST else None
        read = self._read(raw) if caller is not None else None
        if caller is None or read is None or self._epoch is None:
            return False
        call = self._called(head, raw, read, caller, now)
        prompt, settings = read.prompt, self._gateway.settings
        most = settings.model.cost(prompt.tokens, prompt.cap * prompt.n)
        take = Take(caller.account, caller.quota)
        lease = settings.lease * SECOND
        hold = Hold(call.completion, caller.account, most, caller.balance, lease)
        made = self._made(call, streams=streams)
        settle = self._settle(call, caller) if made is not None else None
        offer = Offer(call, made, self._epoch)
        selling = self._seller.sell_soon(Sell(take, hold, settle, self._epoch), now)
        selling.add_done_callback(partial(self._decided, offer, then))
        return True

    async def later(self, head: Head, raw: bytes) -> Found:
        """Return what `soon` would tell, or None."""
        outcome: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        if not self.soon(head, raw, outcome.set_result):
            return None
        try:
            return await asyncio.shield(outcome)
        except asyncio.CancelledError:
            found = await outcome
            if found is not None and found[1] is None:
                ended = self._gateway.settle(found[0], Ending.INTERRUPTED)
                await granted(self._seller, ended, self._clock)
                self._note(found[0])
            raise

    def _decided(
        self, offer: Offer, then: Callable[[Found], None], selling: asyncio.Future[Sold]
    ) -> None:
        call, made, gateway = offer.call, offer.made, self._gateway
        try:
            sold = selling.result()
        except Problem as problem:
            call.prompt = call.ending = call.cost = None
            call.delivered, call.completion = 0, ""
            reply = gateway.refuse(call, problem)
            self._note(call)
            then((call, reply))
            return
        if sold.epoch != offer.epoch:
            self._forget()
        call.allowance = sold.allowance
        if sold.allowance is None:
            gateway.occurrence.returned(call)
            then(None)
        elif made is None:
            then((call, None))
        else:
            reply = self._reply(call, made)
            self._note(call)
            then((call, reply))

    def _reply(self, call: Call, made: bytes | list[bytes]) -> Reply:
        if isinstance(made, bytes):
            assert call.cost is not None
            return self._form.filled(call, made, call.cost)
        head = self._gateway.head(call)
        return Reply(head.status, b"", head.headers, made)

    def _made(self, call: Call, *, streams: bool) -> bytes | list[bytes] | None:
        prompt = call.prompt
        assert prompt is not None
        if call.streams:
            return self._events(call) if streams and self._worth_trying(prompt) else None
        completion = self._completion(prompt)
        if completion is None:
            return None
        call.delivered = completion.usage.completion
        return self._text(call, prompt, completion)

    def _known(self, authorization: bytes) -> Caller | None:
        """Return whom a header belongs to, if that is known and nothing about it is special."""
        found = self._callers.get(authorization)
        if found is None and authorization not in self._asked:
            self._learn(authorization)
        return found

    def _learn(self, authorization: bytes) -> None:
        """Ask the state about a key, and whether a script plays; at most once a second."""
        now = self._clock()
        key = credentials(authorization.decode("latin-1"))
        if not key or 0 <= now - self._special.get(authorization, -SECOND) < SECOND:
            return
        looking = registry.caller(self._gateway.keys, key)
        wished = next(looking)
        assert isinstance(wished, Find)
        glance = Glance((wished, Find(KIND, NEXT), Find(KIND, MAIN)))
        asking = asyncio.ensure_future(self._seller.grant(glance, now))
        self._asked[authorization] = asking
        asking.add_done_callback(partial(self._learnt, authorization, looking))

    def _learnt(
        self,
        authorization: bytes,
        looking: Generator[Any, Any, Caller | None],
        asking: asyncio.Future[Glanced],
    ) -> None:
        del self._asked[authorization]
        if asking.cancelled() or asking.exception() is not None:
            return
        glanced = asking.result()
        if self._epoch is None or glanced.epoch > self._epoch:
            self._forget()
            self._epoch = glanced.epoch
        key, *scripts = glanced.records
        found = _returned(looking, key)
        scripted = any(one is not None and one["document"] is not None for one in scripts)
        if len(self._callers) + len(self._special) >= KEYS_KNOWN:
            self._callers.clear()
            self._special.clear()
        if found is None or scripted or not found.plain:
            self._special[authorization] = self._clock()
        elif glanced.epoch == self._epoch:
            self._callers[authorization] = found

    def _forget(self) -> None:
        self._epoch = None
        self._callers.clear()
        self._special.clear()


def shared_express(
    gateway: Gateway, state: State, clock: Callable[[], int], note: Callable[[Call], None]
) -> SharedExpress | None:
    """Return the short way by a state that processes share; None for any other state."""
    selling: Any = state if hasattr(state, "sell_soon") else None
    return SharedExpress(gateway, selling, clock, note) if selling is not None else None


def _returned(flow: Generator[Any, Any, Caller | None], answer: Mapping[str, Any]) -> Caller | None:
    try:
        flow.send(answer)
    except StopIteration as end:
        found: Caller | None = end.value
        return found
    raise AssertionError("whose a key is, is one question")
