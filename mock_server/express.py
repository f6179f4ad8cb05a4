"""The short way to an answer, for the request that is asked all day and that nothing is wrong with.

It asks the same functions in the same order as the steps of `gateway.ADMISSION`, but changes
nothing before it knows the outcome: whatever is refused, or is in any way special, goes the way of
every other request, as if it had not been here. Knows no connection.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection
from typing import Any, cast

from mock_server import heads, parameters, turns
from mock_server.admission import CHAT
from mock_server.call import Call
from mock_server.completion import AtOnce, Completion, Prompt
from mock_server.form import Form
from mock_server.frozen import frozen
from mock_server.gateway import ADMISSION, Gateway
from mock_server.heads import Head
from mock_server.keys import Caller, credentials
from mock_server.ledger import Ending
from mock_server.message import Incoming, Reply
from mock_server.problem import Problem
from mock_server.quota import SECOND
from mock_server.routes import Route
from mock_server.state import Hold, Settle, State, Take, memory
from mock_server.stream import Stream
from mock_server.text import NotJsonError, dumps, loads
from mock_server.window import Window
from mock_server.wire import JsonAnswer, whole_text

STEPS = (
    "path", "method", "key", "quota", "media", "size", "json", "schema", "conversation", "model",
    "scope", "window", "tokens", "wallet", "engine", "script",
)  # fmt: skip
"""Of admission, as they are gone through here; a test holds the two together."""

LARGEST = 65_536
"""Bytes of a body that may come this way."""
KEYS_KNOWN = 1_024
BRIEF = 64
"""Tokens. A stream that cannot be longer is made whole before its first event could be read."""
MOST_EVENTS = 160
"""Of a stream that may be longer but is not, by an engine that is quick with a whole answer."""
REMEMBERED = 256
"""Bodies that were found right, of those no longer than SHORT."""
SHORT = 4_096
"""Bytes."""


@frozen
class Read:
    """A body that is right."""

    body: dict[str, Any]
    prompt: Prompt
    streams: bool


class Express:
    """The short way of one mock."""

    def __init__(self, gateway: Gateway, state: State, clock: Callable[[], int]) -> None:
        """`clock` tells nanoseconds since the epoch."""
        self._gateway = gateway
        self._state = state
        self._clock = clock
        self._shares = False
        self._reachable = type(state) is memory.State
        self._form = Form(gateway)
        self._window = Window(gateway.settings.model.context_window)
        self._remembered = functools.lru_cache(REMEMBERED)(self._check)
        self._callers: dict[bytes, Caller] = {}
        self._routes = {
            path: Route(operations, {})
            for path, operations in gateway.routes.exact().items()
            if "POST" in operations
            and operations["POST"].id == CHAT
            # Where nobody is asked for a key, nobody's wallet pays.
            and operations["POST"].definition.get("security", True)
        }
        self.paths = frozenset(path.encode() for path in self._routes)
        """Of chat, as they stand in a request line."""

    def head(self, path: bytes, headers: Collection[tuple[bytes, bytes]]) -> Head | None:
        """Return the head of a POST, if `answer` will be of use once its body has come."""
        head = heads.plain(self.paths, path, headers)
        return head if head is not None and self._caller(head, self._clock()) is not None else None

    def answer(
        self, head: Head, raw: bytes, *, streams: bool = False
    ) -> tuple[Call, Reply | None] | None:
        """Return the call of a POST, admitted, and its answer, where that was made at once too.

        So is a stream, where it is short, for whoever takes `streams`: replies with events.

        None for whatever has to go the usual way; nothing has happened to it then.
        """
        gateway, state, now = self._gateway, self._state, self._clock()
        caller = self._caller(head, now)
        if caller is None or len(raw) > LARGEST:
            return None
        assert isinstance(state, memory.State)
        facts = gateway.settings.model
        read = self._read(raw)
        if read is None:
            return None
        prompt = read.prompt
        most = facts.cost(prompt.tokens, prompt.cap * prompt.n)
        allowance = state.foreseen(caller.account, caller.quota, caller.balance, most, now)
        if allowance is None:
            return None
        call = self._called(head, raw, read, caller, now)
        call.allowance = allowance
        reply = None
        if not read.streams:
            assert call.prompt is not None
            completion = self._completion(call.prompt)
            if completion is not None:
                reply = self._sold(call, caller, completion, state)
        elif streams and self._worth_trying(prompt):
            reply = self._streamed(call, caller, state)
        if reply is None:
            lease = gateway.settings.lease * SECOND
            state.grant(Take(caller.account, caller.quota), now)
            state.grant(Hold(call.completion, caller.account, most, caller.balance, lease), now)
        return call, reply

    def _called(self, head: Head, raw: bytes, read: Read, caller: Caller, now: int) -> Call:
        gateway, route, prompt = self._gateway, self._routes[head.path], read.prompt
        call = gateway.call(Incoming("POST", head.path, "", head.headers, now))
        call.route, call.operation = route, route.operations["POST"]
        call.caller = caller
        call.raw, call.body, call.turns = raw, read.body, prompt.turns
        call.base, call.adapter = prompt.base, prompt.adapter
        call.streams = read.streams
        call.completion = gateway.completion_id()
        call.prompt = prompt.seen(gateway.occurrence(call, prompt.turns))
        call.held = True
        return call

    def _read(self, raw: bytes) -> Read | None:
        # The same bytes are as right the second time; only what they are asked of may differ.
        check = self._remembered if len(raw) <= SHORT else self._check
        return check(raw, self._gateway.engine.adapters())

    def _check(self, raw: bytes, adapters: tuple[str, ...]) -> Read | None:
        """Return what a body says, if everything about it is right; its last step counts tokens."""
        gateway = self._gateway
        try:
            body = loads(raw)
            if type(body) is not dict or not gateway.validation.accepts(body):
                return None
            ceiling = parameters.ceiling(body)
            folded = turns.fold(body["messages"])
            base, adapter = parameters.selection(body, gateway.settings.model, adapters)
            tokens = gateway.engine.count(folded)
            cap = self._window.room(tokens, ceiling)
            prompt = parameters.prompt(
                body, base=base, adapter=adapter, turns=folded, tokens=tokens, cap=cap
            )
        except (NotJsonError, Problem):
            return None
        return Read(body, prompt, body.get("stream") is True)

    def _worth_trying(self, prompt: Prompt) -> bool:
        """Tell whether a stream may well be made at once."""
        quick = hasattr(self._gateway.engine, "completion")
        return quick or prompt.cap * prompt.n <= BRIEF

    def _completion(self, prompt: Prompt) -> Completion | None:
        try:
            return cast(AtOnce, self._gateway.engine).completion(prompt)
        except Exception:
            # An engine without that, or one that breaks; the usual way says how it is answered.
            return None

    def _sold(
        self, call: Call, caller: Caller, completion: Completion, state: memory.State
    ) -> Reply:
        prompt = call.prompt
        assert prompt is not None
        call.delivered = completion.usage.completion
        cost = self._sell(call, caller, state)
        return self._form.filled(call, self._text(call, prompt, completion), cost)

    def _text(self, call: Call, prompt: Prompt, completion: Completion) -> bytes:
        stamp = self._gateway.stamp(call)
        text = whole_text(prompt, stamp, completion)
        if text is None:
            answer = JsonAnswer(prompt, stamp)
            answer.feed_completion(completion)
            text = dumps(answer.close())
        return text

    def _streamed(self, call: Call, caller: Caller, state: memory.State) -> Reply | None:
        events = self._events(call)
        if events is None:
            return None
        head = self._gateway.head(call)
        self._sell(call, caller, state)
        return Reply(head.status, b"", head.headers, events)

    def _events(self, call: Call) -> list[bytes] | None:
        try:
            stream = Stream(self._gateway, call)
            if not stream.rushes:
                return None
            stream.begin_at_once()
        except Exception:
            return None  # As of a completion.
        events = list(itertools.islice(stream.events_at_once(), MOST_EVENTS + 1))
        if stream.ending is not Ending.COMPLETE or len(events) > MOST_EVENTS:
            # The usual way says how it is told and charged; here nothing has happened.
            stream.close()
            call.delivered, call.said, call.code = 0, False, None
            return None
        return events

    def _sell(self, call: Call, caller: Caller, state: memory.State) -> int:
        """Charge for what was delivered, and return what it cost."""
        assert call.allowance is not None
        settle = self._settle(call, caller)
        state.sell(call.allowance, settle, self._clock())
        return settle.cost

    def _settle(self, call: Call, caller: Caller) -> Settle:
        """Return how what was delivered is charged."""
        prompt, tokens = call.prompt, call.delivered
        assert prompt is not None
        call.ending = Ending.COMPLETE
        cost = call.cost = self._gateway.settings.model.cost(prompt.tokens, tokens)
        return Settle(
            call.completion,
            caller.account,
            Ending.COMPLETE,
            prompt.tokens,
            tokens,
            cost,
            call.selector,
            caller.tag,
        )

    def _open(self, now: int) -> bool:
        gateway = self._gateway
        # What others changed, whoever shares a state knows by its epoch.
        changed = gateway.keys.changed or gateway.stage.changed
        return (
            (self._shares or not changed)
            and gateway.behaviour.plain
            and gateway.admission is ADMISSION
            and gateway.settings.pace is None
            and gateway.tape is None
            and gateway.stage.current(now) is None
        )

    def _caller(self, head: Head, now: int) -> Caller | None:
        """Return who asks, if nothing about them is special, nor about the mock."""
        if not self._reachable or not self._open(now):
            return None
        return self._known(head.authorization)

    def _known(self, authorization: bytes) -> Caller | None:
        """Return whom a header belongs to, if nothing about that account is special."""
        found = self._callers.get(authorization)
        if found is None:
            key = credentials(authorization.decode("latin-1"))
            found = self._gateway.keys.caller(key) if key else None
            if found is None or not found.plain:
                return None
            if len(self._callers) < KEYS_KNOWN:
                self._callers[authorization] = found
        return found
