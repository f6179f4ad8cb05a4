"""How the body of a stream ends, as HTTP sees it."""

from __future__ import annotations

from dataclasses import replace

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.excerpt import visible
from conformance.exchange import Ending, Exchange
from conformance.kinds import streamed
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive

PATIENCE = 5.0
"""Seconds that a body may stay open after the sentinel."""
SILENCE = "nothing came"
"""How the edge describes a time-out in the middle of an answer."""


def left_to_end(reading: Reading) -> bool:
    """A stream whose end we did not bring about."""
    ours = (Ending.ABANDONED, Ending.TOO_LARGE)
    return streamed(reading) and reading.exchange.ending not in ours


def broken_off(exchange: Exchange) -> Exchange:
    """The connection closes in the middle."""
    return forge.cut(exchange, len(exchange.body) // 2)


@reads("framing.complete", where=left_to_end, forgery=broken_off)
def complete(reading: Reading) -> Statements:
    """The body is complete by its own framing."""
    exchange = reading.exchange
    if exchange.ending is Ending.TIMEOUT:
        if reading.stream.sentinels:
            return
        if not exchange.detail.startswith(SILENCE):
            raise Inconclusive(f"{reading.id}: {exchange.detail}")
    if exchange.ending in (Ending.INCOMPLETE, Ending.RESET, Ending.TIMEOUT):
        size = len(exchange.body)
        yield Finding(
            reading.at_offset(size),
            "the end of the body, as its framing announces it",
            f"{exchange.ending.value} after {size} bytes and {len(reading.events)} events: "
            f"{visible(exchange.detail)}",
            reading.id,
        )


def malformed(exchange: Exchange) -> Exchange:
    """A chunk header is no number."""
    return forge.with_ending(exchange, Ending.MALFORMED, "illegal chunk header")


@reads("framing.chunks-legal", where=left_to_end, forgery=malformed)
def chunks_legal(reading: Reading) -> Statements:
    """Nothing in the transfer coding is malformed."""
    exchange = reading.exchange
    if exchange.ending is Ending.MALFORMED:
        yield Finding(
            reading.at_offset(len(exchange.body)),
            "well-formed HTTP chunks",
            visible(exchange.detail),
            reading.id,
        )


def kept_open(exchange: Exchange) -> Exchange | None:
    """The connection stays open after the sentinel."""
    if not Reading(exchange).stream.sentinels:
        return None
    return replace(exchange, ended_at=exchange.ended_at + 2 * PATIENCE)


@reads("framing.ends", where=left_to_end, forgery=kept_open)
def ends(reading: Reading) -> Statements:
    """The body ends soon after the sentinel."""
    sentinels, times = reading.stream.sentinels, reading.timing.times
    if not sentinels or not times:
        return
    open_for = reading.exchange.ended_at - times[sentinels[0]]
    if open_for > PATIENCE:
        yield Finding(
            reading.at_event(sentinels[0]),
            f"the end of the body within {PATIENCE:g} s",
            f"{open_for:.1f} s of silence, and then: {reading.exchange.ending.value}",
            reading.id,
        )
