"""Varied: one request sent plainly and in another spelling, and what the second says. Judges."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, TranscriptForgery, judges
from conformance.exchange import Ending
from conformance.probe import Probe, Transcript
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable

PLAIN = "plain"
"""Label of the request that the others are spelled differently from."""
_PASSING = frozenset({429, 502, 503, 504})
_SILENT = frozenset({Ending.REFUSED, Ending.TIMEOUT})


def plainly_answered(transcript: Transcript) -> Reading:
    """Return the plain request's answer; without it a refusal of the other says nothing."""
    reading = transcript[PLAIN]
    if not reading.ok:
        raise Inconclusive(f"{reading.id}: the plain request itself is answered {reading.status}")
    return reading


def heard(transcript: Transcript, label: str) -> Reading:
    """Return a reading that is the target's own word, and not noise or a limit."""
    reading = transcript[label]
    ending = reading.exchange.ending
    if reading.status in _PASSING or (reading.status is None and ending in _SILENT):
        raise Inconclusive(f"{reading.id}: {reading.status or ending.value}")
    return reading


def shown(reading: Reading) -> str:
    """Return what came, in a few words."""
    if reading.status is None:
        return f"no answer ({reading.exchange.ending.value})"
    said = reading.snippet(most=80)
    return f"{reading.status}: {said}" if said else str(reading.status)


def with_status(label: str, status: int) -> TranscriptForgery:
    """Return a forgery that changes the status of one labelled answer."""

    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None:
            return None
        return transcript.replacing(forge.with_status(reading.exchange, status))

    forgery.__doc__ = f"Its status is {status}."
    return forgery


def taken(
    identity: str, on: Probe, labels: str | tuple[str, ...], words: str, within: str = ""
) -> None:
    """Declare the judge that a spelling is answered like the plain one.

    `words` says how the request was spelled, to go behind `a request`. A label of a conversation
    that was not sent for want of a capability is passed over; where none was sent, the request
    that is spelt so among other things, `within`, stands for all of them.
    """
    chosen = (labels,) if isinstance(labels, str) else labels

    def judge(transcript: Transcript) -> Statements:
        plainly_answered(transcript)
        sent = [label for label in chosen if transcript.get(label) is not None]
        if not sent and within and transcript.get(within) is not None:
            sent = [within]
        if not sent:
            raise NotApplicable("nothing of the kind was sent")
        for label in sent:
            reading = heard(transcript, label)
            if not reading.ok:
                expected = f"200 for a request {words}, as without"
                yield Finding(reading.at_status(), expected, shown(reading), reading.id)

    judge.__doc__ = f"A request {words} is answered like the plain one."
    judges(identity, on=on, forgery=with_status(within or chosen[-1], 400))(judge)
