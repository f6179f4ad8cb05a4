"""When the events of long answers come, over several answers."""

from __future__ import annotations

from dataclasses import replace

from conformance import flushing, forge
from conformance.arrivals import Arrival
from conformance.catalogue import Statements, judges
from conformance.exchange import Exchange
from conformance.flushing import Held
from conformance.probe import Transcript
from conformance.probes.framing import FLUSHING, LONG, SHORT
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable


def all_at_once(transcript: Transcript) -> Transcript:
    """Every answer comes in one chunk."""
    return transcript.with_exchanges(map(forge.all_at_once, transcript.exchanges))


@judges("framing.first-early", on=FLUSHING, forgery=all_at_once)
def first_early(transcript: Transcript) -> Statements:
    """Several long answers were not held back whole, by their chunks or else by the clock."""
    short = [transcript.answered(label) for label in SHORT]
    long = _long(transcript)
    held = flushing.held_by_chunks(long) or flushing.held_by_time(short, long)
    if held is not None:
        yield _finding(held, "events on their way before the answer is complete")


def in_large_blocks(transcript: Transcript) -> Transcript:
    """Every answer comes in chunks of twenty events."""
    return transcript.with_exchanges(map(_gathered, transcript.exchanges))


def _gathered(exchange: Exchange) -> Exchange:
    events = Reading(exchange).events[::20]
    arrivals = [
        Arrival(event.start, exchange.ended_at, place) for place, event in enumerate(events)
    ]
    return replace(exchange, arrivals=tuple(arrivals))


@judges("framing.events-apart", on=FLUSHING, forgery=in_large_blocks)
def events_apart(transcript: Transcript) -> Statements:
    """Several long answers did not come in a few large chunks."""
    held = flushing.in_blocks(_long(transcript))
    if held is not None:
        yield _finding(held, "a flush for each event, or for a few")


def _long(transcript: Transcript) -> list[Reading]:
    answers = [transcript.answered(label) for label in LONG]
    if min(len(reading.events) for reading in answers) < flushing.LONG:
        raise NotApplicable("its answers are too short to tell a buffer from a quick answer")
    return answers


def _finding(held: Held, expected: str) -> Finding:
    reading = held.exchange
    return Finding(f"{reading.id}, arrivals of its events", expected, held.words, reading.id)
