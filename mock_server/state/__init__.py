'''State: what requests share, asked for by wishes. Knows no backend; each is one file here.

A backend has `build(address) -> State`; its file's name is what the address has before its first
colon. Memory answers at once; Redis answers later, and is shared by all the workers of a mock.
Whoever wishes must not mind which: a wish is plain data, and a flow is a generator of wishes,

    def rotate(id: str) -> Wishes:
        """Give a secret a new value, whoever else does so at the same time."""
        while True:
            kept = yield Find("secret", id)                  # a JSON object, or None
            record = {"value": ..., "turns": kept["turns"] + 1 if kept else 1}
            if (yield Keep("secret", id, record, was=kept)):  # False: somebody was faster
                return record

which admission and handlers yield from, and which a page of the control API hands to
`await asked.grant(flow)` (or, from any coroutine, `await granted(state, flow, clock)`).

For quotas and money (`state/wishes.py`): Take, Hold, Settle, Release, Pay, Inspect, Look, Refill,
Sum.
For everything else (`state/records.py`), each exact also when several workers wish at once:

    position = yield Count("script/step-3")              # 1, 2, 3 ...: whose turn it is
    seen = yield Count("script/step-3", by=0)            # reads it
    record = yield Find("job", id)                       # a JSON object, or None
    seen = yield Glance((Find("key", a), ...))           # several at one moment, and their epoch
    fine = yield Keep("job", id, record)                 # None for a record forgets it
    records = yield Listed("job")                        # {id: record}, oldest first
    seen = yield Note("journal", line, most=1000)        # a bounded log
    seen, lines = yield Noted("journal")                 # oldest first
    tallies = yield Tallied("journal")                   # how many of each `Note(..., tally=)`
    yield Forget("journal")

A kind, and a name before its first slash, belongs to who made it up: `key` and `journal` are taken.
Records are copied in and out, so nothing is shared by mistake. Whoever keeps records bounds how
many. Where the shared state does not answer, a wish raises `Problem` (503 with Retry-After).
'''

from __future__ import annotations

import importlib
import inspect
from asyncio import Future
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Protocol

from mock_server.errand import Errand
from mock_server.settings import SettingsError
from mock_server.state.records import (
    ANYTHING,
    Count,
    Find,
    Forget,
    Glance,
    Glanced,
    Keep,
    Kept,
    Listed,
    Note,
    Noted,
    Record,
    Tallied,
)
from mock_server.state.wishes import (
    Held,
    Hold,
    Inspect,
    Look,
    Looked,
    Money,
    Pay,
    Purse,
    Read,
    Refill,
    Release,
    Sell,
    Settle,
    Settled,
    Sold,
    Sum,
    Take,
    Totals,
)

Shared = Money | Kept
Wish = Shared | Read | Errand
Wishes = Generator[Wish, Any, Any]


class State(Protocol):
    """A backend."""

    def grant(self, wish: Shared, now: int) -> Any | Awaitable[Any]:
        """Grant a wish at `now` (nanoseconds); an awaitable where the backend is not here."""

    def ledger(self) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Return the ledger for reading: totals, wallets and the entries kept."""

    async def aclose(self) -> None:
        """Leave, when the mock stops."""


class Selling(State, Protocol):
    """A backend that processes share, which sells what is asked all day by one question."""

    def grant(self, wish: Shared, now: int) -> Awaitable[Any]:
        """Grant a wish at `now` (nanoseconds)."""

    def sell_soon(self, wish: Sell, now: int) -> Future[Sold]:
        """Sell; the future raises Problem where the state does not answer, and all is undone."""


def backend(address: str) -> Any:
    """Return the module that keeps the state at an address; raises SettingsError for none."""
    name = address.partition(":")[0]
    try:
        module = importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        module = None
    if not hasattr(module, "build"):
        raise SettingsError(f"there is no state {name!r}; choose 'memory' or 'redis://HOST:PORT/0'")
    return module


async def granted(state: State, wishes: Wishes, clock: Callable[[], int]) -> Any:
    """Grant what a flow wishes, and return what it returns; it may not ask for a body."""
    answer: Any = None
    try:
        while True:
            wish = wishes.send(answer)
            assert not isinstance(wish, Read | Errand)
            answer = state.grant(wish, clock())
            if inspect.isawaitable(answer):
                answer = await answer
    except StopIteration as end:
        return end.value


__all__ = [
    "ANYTHING",
    "Count",
    "Errand",
    "Find",
    "Forget",
    "Glance",
    "Glanced",
    "Held",
    "Hold",
    "Inspect",
    "Keep",
    "Kept",
    "Listed",
    "Look",
    "Looked",
    "Money",
    "Note",
    "Noted",
    "Pay",
    "Purse",
    "Read",
    "Record",
    "Refill",
    "Release",
    "Sell",
    "Selling",
    "Settle",
    "Settled",
    "Shared",
    "Sold",
    "State",
    "Sum",
    "Take",
    "Tallied",
    "Totals",
    "Wish",
    "Wishes",
    "backend",
    "granted",
]
