"""Arrivals: when each run of an answer's bytes came, kept in little room.

An answer may come a byte at a time, and a whole run of such answers is kept to be judged.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

ROOM = 24
"""Bytes that each takes."""
_NO_CHUNK = -1


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a run of body bytes arrived."""

    start: int
    """Offset of its first byte in the body."""
    at: float
    """Seconds after the request was sent."""
    chunk: int | None = None
    """Index of the HTTP chunk it is part of; None where the wire does not show chunks."""


class Arrivals(Sequence[Arrival]):
    """Equal to any sequence of the same arrivals."""

    __slots__ = ("_at", "_chunks", "_starts")

    def __init__(self) -> None:
        self._starts, self._at, self._chunks = array("q"), array("d"), array("q")

    def add(self, start: int, at: float, chunk: int | None) -> None:
        """Note one more."""
        self._starts.append(start)
        self._at.append(at)
        self._chunks.append(_NO_CHUNK if chunk is None else chunk)

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> Arrival: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Arrival, ...]: ...
    def __getitem__(self, index: int | slice) -> Arrival | tuple[Arrival, ...]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        chunk = self._chunks[index]
        return Arrival(self._starts[index], self._at[index], None if chunk == _NO_CHUNK else chunk)

    def __iter__(self) -> Iterator[Arrival]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
