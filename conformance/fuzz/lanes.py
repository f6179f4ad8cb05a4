"""Lanes: cases under way side by side, their outcomes handed out in order. Judges nothing.

What comes early waits for what was sent before it, within bounds of number and of memory, so that
the order of verdicts depends on nothing but the cases.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

AHEAD = 1000
"""Cases that may be under way or wait for an earlier one."""
MOST_BYTES = 16 * 1024 * 1024
"""Bytes of answers that may wait for an earlier one."""

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


async def in_order(
    items: Iterable[Item],
    hold: Callable[[Item], Awaitable[Outcome]],
    *,
    lanes: int,
    slow: Callable[[Item], bool] = lambda item: False,
    weight: Callable[[Outcome], int] = lambda outcome: 0,
) -> AsyncGenerator[Outcome, None]:
    """Yield the outcome of every item, in the order of the items.

    At most `lanes` are under way, and as many again of those that are `slow` because nobody may
    ever answer them: they must not keep the others waiting. `weight` is in bytes.
    """
    gates = {kind: asyncio.Semaphore(lanes) for kind in (False, True)}
    waiting: deque[asyncio.Future[Outcome]] = deque()
    weighed = 0

    async def one(item: Item, gate: asyncio.Semaphore) -> Outcome:
        nonlocal weighed
        try:
            outcome = await hold(item)
        finally:
            gate.release()
        weighed += weight(outcome)
        return outcome

    try:
        for item in items:
            gate = gates[slow(item)]
            await gate.acquire()
            waiting.append(asyncio.ensure_future(one(item, gate)))
            while waiting and (waiting[0].done() or len(waiting) >= AHEAD or weighed > MOST_BYTES):
                outcome = await waiting.popleft()
                weighed -= weight(outcome)
                yield outcome
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
