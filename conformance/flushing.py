"""Whether a stream was held back: HTTP chunks first, time second, never one short answer.

Knows nothing of levels. A fast server may send all in one read; its chunks still tell the events
apart. Only where a wire shows no chunks, or shows one for each event, does the clock decide: then
a long answer's first event must come about as early as a short one's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from conformance.reading import Reading

LONG = 40
"""Events that make an answer long."""
BLOCK = 12
"""Events a chunk that are no longer a matter of chance."""
WORTH = 0.25
"""Seconds of delay below which nobody can tell a buffer from a busy machine."""


@dataclass(frozen=True, slots=True)
class Held:
    """What showed that events were held back, and in which exchange."""

    words: str
    exchange: Reading


def held_by_chunks(answers: Sequence[Reading]) -> Held | None:
    """Tell whether every one of several long answers came in a single HTTP chunk."""
    for reading in answers:
        if not reading.timing.shows_chunks or len(reading.timing.per_chunk) != 1:
            return None
    first = answers[0]
    return Held(f"all {len(first.events)} events in one HTTP chunk, every time", first)


def held_by_time(short: Sequence[Reading], long: Sequence[Reading]) -> Held | None:
    """Tell whether long answers were finished before their first event was sent."""
    early = [reading.timing.first for reading in short if reading.timing.first is not None]
    if not early:
        return None
    delays = []
    for reading in long:
        first, last = reading.timing.first, reading.timing.last
        if first is None or last is None:
            return None
        delay = first - max(early)
        if delay < WORTH or last - first > delay / 5:
            return None
        delays.append(delay)
    slowest = max(long, key=lambda reading: reading.timing.first or 0.0)
    words = (
        f"the first event of a long answer {median(delays):.2f} s later than that of a short one, "
        f"and the last {_span(slowest):.2f} s behind it, every time"
    )
    return Held(words, slowest)


def in_blocks(answers: Sequence[Reading]) -> Held | None:
    """Tell whether several long answers came in a few large HTTP chunks."""
    for reading in answers:
        counts = list(reading.timing.per_chunk.values())
        if len(counts) < 2 or median(counts[:-1]) < BLOCK:
            return None
    first = answers[0]
    sizes = ", ".join(map(str, first.timing.per_chunk.values()))
    return Held(f"HTTP chunks of {sizes} events, every time alike", first)


def _span(reading: Reading) -> float:
    first, last = reading.timing.first, reading.timing.last
    return 0.0 if first is None or last is None else last - first
