"""Every request gets an answer: in time, in legal HTTP, to its end."""

from __future__ import annotations

from dataclasses import replace

from conformance import forge
from conformance.answering import BASELINE
from conformance.catalogue import Statements, judges, reads
from conformance.exchange import Ending, Exchange, Sending
from conformance.probe import Transcript
from conformance.probes.request_accepted import AFTER, PROVOKED
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive

_CUT = frozenset({Ending.INCOMPLETE, Ending.RESET, Ending.TIMEOUT})


def plainly_sent(reading: Reading) -> bool:
    """A request that is legal HTTP and that we let come to its end."""
    exchange = reading.exchange
    return exchange.request.sending == Sending() and exchange.ending not in (
        Ending.ABANDONED,
        Ending.TOO_LARGE,
    )


def insisted(exchange: Exchange) -> bool:
    """Whether the exchange was tried again: what happened once may be noise."""
    return exchange.attempt > 1


def silence(exchange: Exchange) -> Exchange:
    """No answer comes, not even at the second try."""
    silent = replace(exchange, status=None, headers=(), body=b"", arrivals=(), attempt=2)
    return forge.with_ending(silent, Ending.TIMEOUT)


@reads("always.answered", where=plainly_sent, forgery=silence)
def answered(reading: Reading) -> Statements:
    """A status comes in time, at the latest when the request is tried again."""
    exchange = reading.exchange
    if reading.status is None and exchange.ending in _CUT and insisted(exchange):
        yield Finding(
            reading.at_status(),
            "an answer",
            f"{exchange.ending.value} {exchange.detail}",
            reading.id,
        )


@reads(
    "always.http",
    where=plainly_sent,
    forgery=lambda exchange: forge.with_ending(exchange, Ending.MALFORMED, "no status line"),
)
def http(reading: Reading) -> Statements:
    """What comes is HTTP."""
    if reading.exchange.ending is Ending.MALFORMED:
        yield Finding(
            reading.at_status(), "an answer in legal HTTP", reading.exchange.detail, reading.id
        )


def begun(reading: Reading) -> bool:
    """An answer whose status came, to a request that was sent plainly."""
    return plainly_sent(reading) and reading.status is not None


def torn(exchange: Exchange) -> Exchange:
    """The connection closes in the middle of the body, also when tried again."""
    return replace(forge.cut(exchange, len(exchange.body) // 2), attempt=4)


@reads("always.complete", where=begun, forgery=torn)
def complete(reading: Reading) -> Statements:
    """The body comes to the end that its own framing announces."""
    exchange = reading.exchange
    if exchange.ending in _CUT and insisted(exchange):
        yield Finding(
            reading.at_offset(len(exchange.body)),
            "a body that comes to its end",
            f"{exchange.ending.value} after {len(exchange.body)} bytes {exchange.detail}".strip(),
            reading.id,
        )


def broken(transcript: Transcript) -> Transcript:
    """The ordinary request after the hostile ones fails."""
    return transcript.replacing(forge.with_status(transcript[AFTER].exchange, 500))


@judges("always.alive", on=PROVOKED, forgery=broken)
def alive(transcript: Transcript) -> Statements:
    """After hostile input an ordinary request is answered as before it."""
    if not transcript[BASELINE].ok:
        raise Inconclusive("the ordinary request failed before the hostile ones already")
    reading = transcript[AFTER]
    if reading.status == 429:
        raise Inconclusive(f"{reading.id}: answered 429 after every try")
    if not reading.ok:
        seen = str(reading.status or reading.exchange.ending.value)
        yield Finding(reading.at_status(), "200, as before the hostile requests", seen, reading.id)
