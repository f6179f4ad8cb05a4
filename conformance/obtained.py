"""Answers a judge may look at: what was never asked, or properly refused, is not applicable.

Knows nothing of requirements. For parameters that a target may refuse, but not ignore.
"""

from __future__ import annotations

from conformance.probe import Transcript
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable


def refused(reading: Reading) -> bool:
    """Tell whether a request was refused as one that cannot be served: 400, 404, 422 and so on."""
    status = reading.status
    return status is not None and 400 <= status < 500 and status not in (401, 402, 403, 408, 429)


def asked(transcript: Transcript, label: str, otherwise: str) -> Reading:
    """Return the reading of a request; NotApplicable, in the words given, where none was sent."""
    if transcript.get(label) is None and not transcript.cut:
        raise NotApplicable(otherwise)
    return transcript[label]


def obtained(
    transcript: Transcript, label: str, otherwise: str = "nothing of the kind was asked"
) -> Reading:
    """Return the reading of an answer.

    Raises NotApplicable where nothing was sent or the request was properly refused, and what
    `Transcript.answered` raises.
    """
    reading = asked(transcript, label, otherwise)
    if refused(reading):
        raise NotApplicable(f"{reading.id}: refused with {reading.status}, which is in order")
    return transcript.answered(label)


def refusal(reading: Reading, expected: str = "200") -> Finding:
    """Return the finding that a request was refused."""
    return Finding(
        reading.at_status(),
        expected,
        f"{reading.status}: {reading.error.text or reading.snippet()}",
        reading.id,
    )
