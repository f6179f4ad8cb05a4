"""Interrupting: the first Ctrl-C ends a run so that what was judged until then is reported.

Requests under way are let go, waits end, and the governor grants nothing more; every conversation
then ends as if the budget had. The second Ctrl-C ends the process as usual.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from conformance.budget import Governor
from conformance.exchange import Exchange, Request
from conformance.perform import Edge, OutOfBudget

REASON = "the run was interrupted"


class Stop:
    """A wish to end, and what must hear it."""

    def __init__(self, governor: Governor) -> None:
        self._governor = governor
        self._wished = asyncio.Event()
        self.under_way: set[asyncio.Future[Exchange]] = set()
        """What is let go when the run is to end."""

    @property
    def wished(self) -> bool:
        """Whether the run is to end."""
        return self._wished.is_set()

    def wish(self) -> None:
        """End the run."""
        self._governor.close(REASON)
        self._wished.set()
        for exchange in self.under_way:
            exchange.cancel()

    async def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the wish to end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wished.wait(), seconds)

    def over(self, edge: Edge) -> Edge:
        """Return an edge that lets go of what is under way when the run is to end."""
        return _Stoppable(edge, self)

    @contextlib.contextmanager
    def on_interrupt(self) -> Iterator[None]:
        """Take the first Ctrl-C for a wish, where the platform and the thread allow it."""
        loop = asyncio.get_running_loop()

        def first() -> None:
            loop.remove_signal_handler(signal.SIGINT)
            self.wish()

        try:
            loop.add_signal_handler(signal.SIGINT, first)
        except (NotImplementedError, RuntimeError, ValueError):
            # Windows has no such handlers, and a thread may not set one: Ctrl-C ends the run there.
            yield
            return
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)


class _Stoppable:
    def __init__(self, edge: Edge, stop: Stop) -> None:
        self._edge = edge
        self._stop = stop

    async def perform(self, request: Request) -> Exchange:
        if self._stop.wished:
            raise OutOfBudget(REASON)
        exchange = asyncio.ensure_future(self._edge.perform(request))
        self._stop.under_way.add(exchange)
        try:
            return await exchange
        except asyncio.CancelledError:
            if self._stop.wished:
                raise OutOfBudget(REASON) from None
            raise
        finally:
            self._stop.under_way.discard(exchange)
