"""Shared state in a Redis: a script grants every wish, and another one sells.

`redis://HOST:PORT/0`, also `rediss://` and `unix://`. Each start begins anew, and its state is
forgotten at the end; `?name=N` keeps it for whoever starts with that name, now or later.
Wishes of requests that run at the same time travel together (`batch`), by one connection (`line`).
A Redis that does not answer
refuses: nothing is granted from memory. What must not be lost, because it was delivered already, is
settled when Redis is there again; the script settles each request once, however often it is asked.
What was sold while nobody heard the answer is undone before anything else is sold.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from mock_server.problem import Problem
from mock_server.settings import SettingsError
from mock_server.state import (
    Hold,
    Note,
    Release,
    Sell,
    Settle,
    Settled,
    Shared,
    Sold,
    line,
)
from mock_server.state.asking import Asking
from mock_server.state.batch import Order, Waiting, orders, sales_of
from mock_server.state.books import ledger_of
from mock_server.state.line import Line, UnsentError, connect, library
from mock_server.state.place import KEPT, OWN, Place
from mock_server.state.sales import Sale, sale
from mock_server.state.script import asking

AGAIN = 0.5
"""Seconds between tries to settle what could not be settled."""
AT_ONCE = 128
"""Wishes that travel together."""

_log = logging.getLogger(__name__)


def build(address: str) -> State:
    """Return the state at an address; connects when it is asked first. Raises SettingsError."""
    place = Place.of(address)
    return State(connect(place), place)


def prepared(address: str, workers: int = 1) -> str:
    """Return an address that all workers of one mock share; raises SettingsError if none answers.

    It holds what the state was born as, so that a Redis that lost its memory is noticed by all.
    Whoever prepared it calls `finished` when the last of them has stopped.
    """
    place = Place.of(address)
    try:
        born = _once(place, lambda client: line.born(client, place))
    except (library().RedisError, OSError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise SettingsError(
            f"--state: Redis does not answer: {reason[:120]}; start it, or correct the address"
        ) from None
    return place.shared(born, workers).address


def finished(address: str) -> None:
    """Forget the state at an address that `prepared` returned, unless it was given a name."""
    place = Place.of(address)
    if place.fate != KEPT:
        # Where nobody answers any more, what is there is forgotten by itself.
        with contextlib.suppress(library().RedisError, OSError, TimeoutError):
            _once(place, lambda client: line.forget(client, place))


def _once(place: Place, errand: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        client = connect(place)
        try:
            return await errand(client)
        finally:
            await client.aclose()

    return asyncio.run(asyncio.wait_for(run(), 2 * line.PATIENCE))


class State:
    """Quotas, wallets and records of all the workers of a mock."""

    def __init__(self, client: Any, place: Place) -> None:
        self._client = client
        self._place = place
        self._line = Line(client, place)
        self._mark = os.urandom(8).hex()
        self._sales = 0
        self._given_up: dict[int, Sequence[Sale]] = {}
        self._waiting: deque[Waiting] = deque()
        self._owed: dict[str, tuple[Settle | Release, int]] = {}
        self._sending: asyncio.Task[None] | None = None
        self._paying: asyncio.Task[None] | None = None

    async def grant(self, wish: Shared, now: int) -> Any:
        """Grant a wish; `now` in nanoseconds. Raises Problem where Redis does not answer."""
        try:
            return await self._ask(asking(wish, now))
        except (Problem, asyncio.CancelledError) as error:
            # Nobody knows whether it was granted; whichever it was, it is put right.
            if isinstance(wish, Hold):
                self._owe(Release(wish.request, wish.account), now)
            elif isinstance(wish, Settle | Release):
                self._owe(wish, now)
                if isinstance(error, Problem):
                    return Settled(True)
            raise

    def sell_soon(self, wish: Sell, now: int) -> asyncio.Future[Sold]:
        """Sell; what is not granted in time, for which the future raises Problem, is undone."""
        return self._wait(sale(wish, now))

    def jot(self, wish: Note, now: int) -> None:
        """Note something that nobody waits for, and that may be lost with the state."""
        del now
        self._waiting.append(Waiting(wish, None))
        self._hurry()

    async def ledger(self) -> dict[str, Any]:
        """Return totals, wallets and the entries kept, in nano-USD."""
        read: dict[str, Any] = await self._ask(Asking(("ledger",), ledger_of))
        return read

    async def aclose(self) -> None:
        """Settle what is owed, if Redis lets us, and leave."""
        if self._paying is not None:
            self._paying.cancel()
        try:
            await self._pay_all()
            if self._sending is not None:
                await self._sending
        except Problem:
            lost = len(self._owed) + len(self._given_up)
            _log.warning("%d settlements were lost with the shared state", lost)
        await self._line.hang_up()
        if self._place.fate == OWN:
            with contextlib.suppress(library().RedisError, OSError, TimeoutError):
                await line.forget(self._client, self._place)
        await self._client.aclose()

    async def _ask(self, asked: Asking) -> Any:
        return asked.read(await self._wait(asked))

    def _wait(self, asked: Asking | Sale) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(asked, answer))
        self._hurry()
        return answer

    def _hurry(self) -> None:
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._waiting:
            await self._gather()
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            self._sales += 1
            given = orders(batch, self._mark, self._sales, self._given_up)
            try:
                answers = await self._line.ask(given)
            except Exception as error:
                answers = [error] * len(given)
            for order, answer in zip(given, answers, strict=True):
                if isinstance(answer, Exception):
                    self._miss(order, answer)
                    continue
                if not order.takers:
                    self._given_up.pop(order.number or 0, None)
                for one, told in zip(order.takers, order.read(answer), strict=False):
                    if one.answer is not None and not one.answer.done():
                        one.answer.set_result(told)

    async def _gather(self) -> None:
        """Let those who are about to ask do so: a batch costs far more than what is in it."""
        before = 0
        while before < len(self._waiting) < AT_ONCE:
            before = len(self._waiting)
            await asyncio.sleep(0)

    def _miss(self, order: Order, error: Exception) -> None:
        """Tell that a command was not answered, and see to it that it has no consequences."""
        problem, sales = line.lost(error), sales_of(order.takers)
        if line.gone(error):
            self._given_up.pop(order.number or 0, None)
        elif sales and order.number is not None and not isinstance(error, UnsentError):
            self._given_up[order.number] = sales
            for one in sales:
                if one.wish.settle is None:
                    self._owe(Release(one.wish.hold.request, one.wish.hold.account), one.now)
            self._pay_later()
        for taker in order.takers:
            if taker.answer is not None and not taker.answer.done():
                taker.answer.set_exception(problem)

    def _owe(self, wish: Settle | Release, now: int) -> None:
        # A settlement that is owed stands; only its absence is told by a release.
        if isinstance(wish, Settle) or wish.request not in self._owed:
            self._owed[wish.request] = (wish, now)
        self._pay_later()

    def _pay_later(self) -> None:
        if self._paying is None or self._paying.done():
            self._paying = asyncio.create_task(self._pay())

    async def _pay(self) -> None:
        while self._owed or self._given_up:
            await asyncio.sleep(AGAIN)
            try:
                await self._pay_all()
            except Problem:
                continue

    async def _pay_all(self) -> None:
        if self._given_up:
            # Whatever is asked next takes with it what is to be undone.
            await self._ask(Asking(("find", ""), bool))
        while self._owed:
            request, (wish, now) = next(iter(self._owed.items()))
            await self._ask(asking(wish, now))
            self._owed.pop(request, None)
