"""A mailbox: news from another thread, read by one coroutine. Knows nothing of the news."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

News = TypeVar("News")


class Mailbox(Generic[News]):
    """Letters in the order they were put in; the reader is woken once for many."""

    def __init__(self) -> None:
        """Belongs to the loop that runs now."""
        self._loop = asyncio.get_running_loop()
        self._letters: deque[News] = deque()
        self._arrived = asyncio.Event()
        self._told = False

    def put(self, letter: News) -> None:
        """From any thread; after the loop's end it is lost."""
        self._letters.append(letter)
        if not self._told:
            self._told = True
            try:
                self._loop.call_soon_threadsafe(self._arrived.set)
            except RuntimeError:
                self._letters.clear()

    async def take(self, seconds: float) -> list[News]:
        """All that has arrived, at least one; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not self._letters:
                self._told = False
                self._arrived.clear()
                if not self._letters:
                    await self._arrived.wait()
        letters: list[News] = []
        while self._letters:
            letters.append(self._letters.popleft())
        return letters
