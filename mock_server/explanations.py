"""Explanations: why requests got their answers, kept for reading, bounded. Explains none."""

from __future__ import annotations

from collections import deque
from typing import Any

from mock_server.state import Keep, Wishes

EXPLAINED = "explained"
"""Kind of the records in the shared state, by request id."""
MOST = 1_000
"""Kept by each process."""


class Explanations:
    """The last explanations of a process."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque()

    def keep(self, request: str, told: dict[str, Any]) -> Wishes:
        """Keep what is said of a request; the oldest is forgotten."""
        yield Keep(EXPLAINED, request, told)
        self._kept.append(request)
        if len(self._kept) > MOST:
            oldest = self._kept.popleft()
            if oldest not in self._kept:
                yield Keep(EXPLAINED, oldest, None)
