"""Answering: whether a request was taken or turned down. Knows no requirement and no grammar."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.probe import Transcript
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable

CONTROL = "control"
"""Label of the ordinary request that a probe of odd ones begins with."""
BASELINE = "plain"
"""Label of the baseline's, for a probe that needs nothing but an ordinary request that worked."""


def decided(transcript: Transcript, label: str) -> Reading:
    """Return a reading whose status tells what the target made of the request.

    Raises Inconclusive for silence, for a 429, and for a 5xx where the ordinary request of the same
    conversation failed as well.
    """
    reading = transcript[label]
    if reading.status is None:
        raise Inconclusive(f"{reading.id}: {reading.exchange.ending.value}")
    if reading.status == 429:
        raise Inconclusive(f"{reading.id}: answered 429 after every try")
    control = transcript.get(CONTROL) or transcript.get(BASELINE)
    if reading.status >= 500 and control is not None and not control.ok:
        raise Inconclusive(f"{reading.id}: answered {reading.status}, and so are ordinary requests")
    return reading


def not_refused(reading: Reading, why: str) -> Iterator[Finding]:
    """Yield a finding unless the request was refused as the client's mistake."""
    if reading.status is None or not 400 <= reading.status < 500:
        yield Finding(
            reading.at_status(),
            f"4xx, since {why}",
            f"{reading.status}: {excerpt(reading)}",
            reading.id,
        )


def not_accepted(reading: Reading, what: str) -> Iterator[Finding]:
    """Yield a finding unless the request was answered with a completion."""
    if not reading.ok:
        yield Finding(
            reading.at_status(),
            f"200, since {what}",
            f"{reading.status}: {excerpt(reading)}",
            reading.id,
        )
    elif not reading.choice_indexes:
        yield Finding(reading.at_offset(0), "a completion", excerpt(reading), reading.id)


def excerpt(reading: Reading) -> str:
    """Return the message of an error, or the beginning of the body."""
    return reading.error.text[:200] or reading.snippet() or "an empty body"


def greedy_text(transcript: Transcript, label: str) -> str:
    """Return the text of an accepted request; NotApplicable where it was refused with a 4xx."""
    reading = decided(transcript, label)
    if reading.refused and (reading.status or 0) < 500:
        raise NotApplicable(f"{reading.id}: refused with {reading.status}")
    return transcript.answered(label).text_of()
