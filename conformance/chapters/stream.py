"""Chapter `stream`: the grammar of chunks, from the role to the sentinel."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.exchange import Exchange
from conformance.kinds import completed_stream
from conformance.reading import Reading
from conformance.verdict import Finding


def without_sentinel(exchange: Exchange) -> Exchange:
    """The last event is taken away."""
    return forge.without_event(exchange, -1)


@reads("stream.done-last", where=completed_stream, forgery=without_sentinel)
def done_is_last(reading: Reading) -> Statements:
    """The data of the last event is `[DONE]`."""
    events = reading.events
    if not events or events[-1].data != "[DONE]":
        last = len(events) - 1
        yield Finding(
            where=reading.at_event(last) if events else reading.at_offset(0),
            expected="a last event whose data is [DONE]",
            actual=reading.snippet_of_event(last) or "no event at all",
            exchange=reading.id,
        )
