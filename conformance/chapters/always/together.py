"""Requests at the same time: each has its own answer."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.modes import numbers_of
from conformance.probe import Transcript
from conformance.probes.always import OVERLAP, PLACES
from conformance.verdict import Finding, NotApplicable


def exchanged(transcript: Transcript) -> Transcript:
    """Two answers at the same time are swapped."""
    one, other = (transcript[f"whole-{place}"].exchange for place in PLACES[:2])
    return transcript.replacing(forge.with_body(one, other.body))


@judges("always.overlap", on=OVERLAP, forgery=exchanged)
def overlap(transcript: Transcript) -> Statements:
    """No answer holds the numbers, or is the answer, of another request at the same time."""
    alone = {place: transcript.answered(f"alone-{place}").text_of() for place in PLACES}
    if len(set(alone.values())) < len(PLACES):
        raise NotApplicable("different questions have the same answer here")
    for place in PLACES:
        for mode in ("whole", "streamed"):
            reading = transcript.get(f"{mode}-{place}")
            if reading is None or not reading.ok:
                continue
            text = reading.text_of()
            for other in PLACES:
                foreign = numbers_of(other, text) and not numbers_of(other, alone[place])
                if other != place and (foreign or text == alone[other]):
                    yield Finding(
                        f"{reading.id}, text",
                        f"its own answer, such as {alone[place][:60]!r}",
                        f"that of another request: {text[:60]!r}",
                        reading.id,
                    )
