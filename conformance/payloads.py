"""What the data of an event is when it is not a chunk: each flaw gets one name, and only one.

Knows nothing of the order of events nor of which flaw counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from weakref import WeakKeyDictionary

from conformance import json_view
from conformance.event import Event
from conformance.oddity import Strange
from conformance.reading import Reading
from conformance.stream import SENTINEL
from conformance.stream_view import Chunk


class Flaw(StrEnum):
    """Why a payload is neither JSON nor the sentinel."""

    COMMENT = "comment"
    """A comment that was sent as data."""
    MERGED = "merged"
    """Several payloads in one event, each on a data line of its own."""
    SENTINEL = "sentinel"
    """Nearly `[DONE]`."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Flawed:
    """An event with a flaw."""

    event: int
    flaw: Flaw
    problem: str
    """What the JSON reader said; empty for a sentinel that happens to be JSON."""


def flaws(reading: Reading, *wanted: Flaw) -> Iterator[Flawed]:
    """Return the events whose flaw is among those wanted, in order."""
    near = {odd.event for odd in reading.stream.odd(Strange.NEAR_SENTINEL)}
    unread = dict(reading.stream.unread)
    for index in sorted({*unread, *(event for event in near if event is not None)}):
        problem = unread[index].problem if index in unread else ""
        flaw = Flaw.SENTINEL if index in near else flaw_of(reading.events[index])
        if flaw in wanted:
            yield Flawed(index, flaw, problem)


def flaw_of(event: Event) -> Flaw:
    """Name the flaw of an event whose data is not JSON."""
    if event.data.lstrip().startswith(":"):
        return Flaw.COMMENT
    return Flaw.MERGED if merged(event) else Flaw.OTHER


def merged(event: Event) -> bool:
    """Tell whether an event holds several payloads, for want of a blank line between them."""
    lines = [line for line in event.data.split("\n") if line.strip()]
    return len(lines) > 1 and all(map(_stands_alone, lines))


def _stands_alone(line: str) -> bool:
    if line.strip() == SENTINEL:
        return True
    document = json_view.read(line)
    return document.ok and isinstance(document.value, dict)


def chunks(reading: Reading) -> tuple[Chunk, ...]:
    """Return the payloads that are meant as chunks: every JSON object that reports no error."""
    found = _CHUNKS.get(reading)
    if found is None:
        failed = {error.event for error in reading.stream.errors}
        found = tuple(chunk for chunk in reading.stream.chunks if chunk.event not in failed)
        _CHUNKS[reading] = found
    return found


_CHUNKS: WeakKeyDictionary[Reading, tuple[Chunk, ...]] = WeakKeyDictionary()
"""Of readings that somebody still holds; fifty judges ask."""


def sentinel_never_dispatched(reading: Reading) -> bool:
    """Tell whether the sentinel stands in a last block that no blank line ends."""
    tail = reading.decoded.observations.undispatched
    return tail is not None and SENTINEL in tail.data.split("\n")


def failure_never_dispatched(reading: Reading) -> bool:
    """Tell whether an error stands in a last block that no blank line ends."""
    tail = reading.decoded.observations.undispatched
    if tail is None:
        return False
    document = json_view.read(tail.data)
    return document.ok and isinstance(document.value, dict) and "error" in document.value
