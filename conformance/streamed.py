"""Streamed: the events of a cited exchange as rows of a report. Judges nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from conformance.arrivals import Arrival
from conformance.exchange import Exchange
from conformance.sse import decode

MOST_EVENTS = 60
LONGEST_DATA = 240
"""Characters of an event's data that a report quotes; the evidence has all of it."""


def event_rows(exchange: Exchange) -> dict[str, Any]:
    """Return the first events of a stream with byte offsets and times, and how many there were.

    `at` is when the byte that dispatched the event arrived, in seconds after sending.
    """
    if not _is_stream(exchange):
        return {"count": 0, "rows": []}
    events = decode(exchange.body).events
    rows = [
        {
            "start": event.start,
            "end": event.end,
            "at": arrived(exchange.arrivals, event.end - 1),
            "type": event.event[:40],
            "data": event.data[:LONGEST_DATA],
            "cut": max(len(event.data) - LONGEST_DATA, 0),
        }
        for event in events[:MOST_EVENTS]
    ]
    return {"count": len(events), "rows": rows}


def arrived(arrivals: Sequence[Arrival], offset: int) -> float | None:
    """Return when a byte of the body arrived, or None where no arrival was recorded."""
    index = bisect_right(arrivals, offset, key=lambda each: each.start) - 1
    return round(arrivals[index].at, 6) if index >= 0 else None


def _is_stream(exchange: Exchange) -> bool:
    declared = any(
        name.lower() == "content-type" and "event-stream" in value.lower()
        for name, value in exchange.headers
    )
    return declared or exchange.body.lstrip(b"\xef\xbb\xbf\r\n").startswith((b"data:", b":"))
