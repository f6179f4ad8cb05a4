"""When the events of a stream arrived, and in which HTTP chunks. Knows nothing of their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from operator import attrgetter

from conformance.arrivals import Arrival
from conformance.event import Event


@dataclass(frozen=True, slots=True)
class Timing:
    """Times in seconds after sending. Empty where offsets cannot be told, as under a coding."""

    times: tuple[float, ...] = ()
    """For each event, when the byte that dispatched it arrived."""
    chunks: tuple[int | None, ...] = ()
    """For each event, the HTTP chunk that held that byte; None where the wire shows no chunks."""
    spans: tuple[int, ...] = ()
    """For each event, over how many arrivals its block is spread."""
    reads: int = 0
    """How many arrivals there were."""

    @property
    def first(self) -> float | None:
        """When the first event arrived."""
        return self.times[0] if self.times else None

    @property
    def last(self) -> float | None:
        """When the last event arrived."""
        return self.times[-1] if self.times else None

    @property
    def gaps(self) -> tuple[float, ...]:
        """Seconds between neighbours."""
        return tuple(b - a for a, b in zip(self.times, self.times[1:], strict=False))

    @property
    def per_chunk(self) -> dict[int, int]:
        """How many events each HTTP chunk completed; chunks that completed none are left out."""
        counts: dict[int, int] = {}
        for chunk in self.chunks:
            if chunk is not None:
                counts[chunk] = counts.get(chunk, 0) + 1
        return counts

    @property
    def shows_chunks(self) -> bool:
        """Whether the wire showed chunk boundaries."""
        return any(chunk is not None for chunk in self.chunks)


def of_events(events: Sequence[Event], arrivals: Sequence[Arrival]) -> Timing:
    """Find the arrival of each event. Both must be about the same bytes, events in their order."""
    ordered = sorted(arrivals, key=attrgetter("start"))
    if not ordered:
        return Timing()
    starts = [*(arrival.start for arrival in ordered[1:]), inf]
    firsts, lasts, place = [], [], 0
    for event in events:  # In the order of their bytes, as the arrivals are.
        while starts[place] <= event.start:
            place += 1
        firsts.append(place)
        while starts[place] < event.end:
            place += 1
        lasts.append(place)
    return Timing(
        times=tuple(ordered[index].at for index in lasts),
        chunks=tuple(ordered[index].chunk for index in lasts),
        spans=tuple(last - first + 1 for first, last in zip(firsts, lasts, strict=True)),
        reads=len(ordered),
    )
