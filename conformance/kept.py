"""Counting without keeping everything: a hostile stream must not fill the memory.

Knows nothing of what is kept.
"""

from __future__ import annotations

from typing import Generic, TypeVar

MOST_KEPT = 1000
_T = TypeVar("_T")


class Kept(Generic[_T]):
    """The first of many, and how many there were."""

    def __init__(self) -> None:
        self.first: list[_T] = []
        self.count = 0

    @property
    def full(self) -> bool:
        """Whether another one is only counted: then it need not be made."""
        return len(self.first) >= MOST_KEPT

    def add(self, item: _T) -> None:
        """Count one, and keep it if it is among the first."""
        self.count += 1
        if len(self.first) < MOST_KEPT:
            self.first.append(item)
