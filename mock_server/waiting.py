"""Waiting: the one place where the mock lets time pass, as a pace says. Knows no distribution."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing

from mock_server import sse
from mock_server.call import Call
from mock_server.pace import SECOND, Schedule, Unit
from mock_server.seams import Pause, Write

SendChunks = Callable[[Sequence[bytes]], Awaitable[None]]


class Waits:
    """Lets calls wait until what they send is due."""

    def __init__(
        self, clock: Callable[[], int], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """`clock` tells nanoseconds since the epoch; `sleep` takes seconds."""
        self._clock = clock
        self._sleep = sleep

    async def until(self, call: Call, due: int) -> None:
        """Wait until `due` nanoseconds have passed since the call arrived."""
        left = due - self._elapsed(call)
        if left > 0:
            await self._sleep(left / SECOND)

    async def paced(self, writes: AsyncGenerator[Write], call: Call) -> AsyncGenerator[Write]:
        """Yield writes when they are due; signs of life come where that is long."""
        schedule = call.schedule
        assert schedule is not None
        keep_alive, size = schedule.pace.keep_alive, _bytes_at_once(schedule)
        paused = 0
        async with aclosing(writes):
            async for write in writes:
                if isinstance(write, Pause):
                    paused += write.nanoseconds
                    await self._sleep(write.nanoseconds / SECOND)
                    continue
                # Whoever asks for a write has sent the one before: this one tells the next token.
                due = _due(call, schedule) + paused
                while (left := due - self._elapsed(call)) > 0:
                    await self._sleep(min(left, keep_alive or left) / SECOND)
                    if keep_alive and left > keep_alive and call.streams:
                        self._note(call, sse.KEEP_ALIVE)
                        yield sse.KEEP_ALIVE
                if isinstance(write, bytes):
                    self._note(call, write)
                if size and isinstance(write, bytes):
                    for start in range(0, len(write), size):
                        yield write[start : start + size]
                else:
                    yield write

    async def flat(self, events: Iterator[bytes], call: Call, send: SendChunks) -> None:
        """Do as `paced` for a stream that nothing else makes wait or differ, without its layers."""
        schedule = call.schedule
        assert schedule is not None
        keep_alive, size = schedule.pace.keep_alive, _bytes_at_once(schedule)
        for event in events:
            due = _due(call, schedule)
            while (left := due - self._elapsed(call)) > 0:
                await self._sleep(min(left, keep_alive or left) / SECOND)
                if keep_alive and left > keep_alive:
                    self._note(call, sse.KEEP_ALIVE)
                    await send((sse.KEEP_ALIVE,))
            self._note(call, event)
            for start in range(0, len(event), size or len(event)):
                await send((event[start : start + size] if size else event,))

    def _note(self, call: Call, write: bytes) -> None:
        if call.trace is not None:
            call.trace.note(self._elapsed(call), write)

    def _elapsed(self, call: Call) -> int:
        return self._clock() - call.incoming.now


def _bytes_at_once(schedule: Schedule) -> int:
    """Return how many bytes a write has; 0 for as many as there are."""
    chunk = schedule.pace.chunk
    return chunk.size if chunk is not None and chunk.unit is Unit.BYTES else 0


def _due(call: Call, schedule: Schedule) -> int:
    """Return when the next write is due: with its token, or as soon as the first byte may come."""
    if call.prompt is None or call.status >= 400 or call.said or not call.streams:
        return schedule.pace.first_byte
    # An end that is no token of its own comes with the last one that the ceiling allows.
    return schedule.due(min(call.delivered, call.prompt.cap * call.prompt.n - 1))
