"""Agenda: what is to be done at a later time, by nobody's request. Knows no flow and no job."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from mock_server.quota import SECOND

MOST = 10_000
"""Things that wait for their time."""

_log = logging.getLogger(__name__)


class Agenda:
    """Runs coroutines when they are due, and none after it was closed."""

    def __init__(
        self, clock: Callable[[], int], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """`clock` tells nanoseconds since the epoch; `sleep` takes seconds."""
        self.sleep = sleep
        self._clock = clock
        self._waiting: set[asyncio.Task[None]] = set()

    def note(self, at: int, work: Callable[[], Coroutine[Any, Any, Any]]) -> bool:
        """Do something at a time, in nanoseconds; False where too much waits already."""
        if len(self._waiting) >= MOST:
            return False
        task = asyncio.ensure_future(self._when_due(at, work))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return True

    async def breathe(self) -> None:
        """Let others have a turn."""
        await asyncio.sleep(0)

    async def aclose(self) -> None:
        """Forget what waits, and stop what is under way."""
        for task in tuple(self._waiting):
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)

    async def _when_due(self, at: int, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        left = at - self._clock()
        if left > 0:
            await self.sleep(left / SECOND)
        try:
            await work()
        except Exception as error:
            _log.error("what was on the agenda failed", exc_info=error)
