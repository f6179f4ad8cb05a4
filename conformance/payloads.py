"""What the data of an event is when it is not a chunk: each flaw gets one name, and only one.

Knows nothing of the order of events nor of which flaw counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conformance import json_view
from conformance.event import Event
from conformance.kept import MOST_KEPT
from conformance.oddity import Strange
from conformance.once import once
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


def flaws(reading: Reading, wanted: Flaw) -> list[Flawed]:
    """Return the events with that flaw, in order; the first thousand."""
    return _flaws(reading)[wanted]


@once
def _flaws(reading: Reading) -> dict[Flaw, list[Flawed]]:
    events, unread = reading.events, reading.stream.unread
    near = {odd.event or 0 for odd in reading.stream.odd(Strange.NEAR_SENTINEL)}
    found: dict[Flaw, list[Flawed]] = {flaw: [] for flaw in Flaw}
    for index, document in unread:
        flaw = Flaw.SENTINEL if index in near else flaw_of(events[index])
        if len(found[flaw]) < MOST_KEPT:
            found[flaw].append(Flawed(index, flaw, document.problem))
    if near:  # Some are JSON nevertheless, as `"[DONE]"` is.
        near.difference_update(index for index, _ in unread)
        found[Flaw.SENTINEL] += [Flawed(index, Flaw.SENTINEL, "") for index in near]
        found[Flaw.SENTINEL].sort(key=lambda each: each.event)
    return found


def flaw_of(event: Event) -> Flaw:
    """Name the flaw of an event whose data is not JSON."""
    if event.data.lstrip().startswith(":"):
        return Flaw.COMMENT
    return Flaw.MERGED if event.data_lines > 1 and merged(event) else Flaw.OTHER


def merged(event: Event) -> bool:
    """Tell whether an event holds several payloads, for want of a blank line between them."""
    lines = [line for line in event.data.split("\n") if line.strip()]
    return len(lines) > 1 and all(map(_stands_alone, lines))


def _stands_alone(line: str) -> bool:
    if line.strip() == SENTINEL:
        return True
    document = json_view.read(line)
    return document.ok and isinstance(document.value, dict)


@once
def chunks(reading: Reading) -> tuple[Chunk, ...]:
    """Return the payloads that are meant as chunks: every JSON object that reports no error."""
    failed = {error.event for error in reading.stream.errors}
    return tuple(chunk for chunk in reading.stream.chunks if chunk.event not in failed)


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
