"""Hurried: a time for a suite and a mock in one process, in which waits are over at once.

Who is told to come back in twelve seconds finds twelve seconds gone: the quota has refilled,
and the proof is the same. Time between bytes is real.
"""

from __future__ import annotations

import asyncio
import time

from conformance.wire import Clock

REAL = 1.0
"""Seconds below which a wait is a real one: a server may need such a moment for itself."""


class Hurried:
    """The clock on the wall, ahead of itself by all that was waited for."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.clock = Clock(wall=lambda: time.time() + self.ahead)

    def nanoseconds(self) -> int:
        """Return what the mock is told of the time."""
        return time.time_ns() + int(self.ahead * 1e9)

    async def sleep(self, seconds: float) -> None:
        """Let seconds pass."""
        if seconds < REAL:
            await asyncio.sleep(seconds)
        else:
            self.ahead += seconds
            await asyncio.sleep(0)
