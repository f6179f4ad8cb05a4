"""The sentinel: there, once, last."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.exchange import Ending, Exchange
from conformance.kinds import completed_stream
from conformance.payloads import (
    Flaw,
    failure_never_dispatched,
    flaws,
    sentinel_never_dispatched,
)
from conformance.reading import Reading
from conformance.stream import SENTINEL
from conformance.verdict import Finding


def complete(reading: Reading) -> bool:
    """A stream without an error whose body ended as HTTP has it."""
    return completed_stream(reading) and reading.exchange.ending is Ending.COMPLETE


def without_sentinel(exchange: Exchange) -> Exchange | None:
    """The last event is taken away."""
    return forge.without_event(exchange, -1) if len(Reading(exchange).events) > 1 else None


@reads("stream.done-present", where=complete, forgery=without_sentinel, rare=True)
def done_present(reading: Reading) -> Statements:
    """Some event's data is the sentinel, unless it is misspelt or in an open block.

    Nor is it owed after an error, even one whose block no blank line ends.
    """
    if reading.stream.sentinels or sentinel_never_dispatched(reading):
        return
    if failure_never_dispatched(reading):
        return
    if flaws(reading, Flaw.SENTINEL) or flaws(reading, Flaw.MERGED):
        return
    last = len(reading.events) - 1
    yield Finding(
        reading.at_event(last) if reading.events else reading.at_offset(0),
        "an event whose data is [DONE] before the body ends",
        reading.snippet_of_event(last, 160) or "no event at all",
        reading.id,
    )


def said_twice(exchange: Exchange) -> Exchange:
    """The last event comes twice."""
    return forge.with_repeated_event(exchange, -1)


@reads("stream.done-once", where=completed_stream, forgery=said_twice)
def done_once(reading: Reading) -> Statements:
    """At most one event is the sentinel."""
    sentinels = reading.stream.sentinels
    if len(sentinels) > 1:
        yield Finding(
            reading.at_event(sentinels[1]), "one [DONE]", f"{len(sentinels)} of them", reading.id
        )


def going_on(exchange: Exchange) -> Exchange:
    """The first event comes again at the end."""
    return forge.with_blocks(exchange, lambda blocks: [*blocks, blocks[0]])


@reads("stream.done-last", where=completed_stream, forgery=going_on)
def done_last(reading: Reading) -> Statements:
    """After the first sentinel there is no event but sentinels."""
    for event in reading.stream.after_sentinel:
        if reading.events[event].data != SENTINEL:
            yield Finding(
                reading.at_event(event),
                "no event after [DONE]",
                reading.snippet_of_event(event, 120),
                reading.id,
            )
