"""Requests at the same time: each has its own answer."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.probe import Transcript
from conformance.probes.always import OVERLAP, WORDS
from conformance.verdict import Finding, NotApplicable


def exchanged(transcript: Transcript) -> Transcript:
    """Two answers at the same time are swapped."""
    one, other = (transcript[f"whole-{word}"].exchange for word in WORDS[:2])
    return transcript.replacing(forge.with_body(one, other.body))


@judges("always.overlap", on=OVERLAP, forgery=exchanged)
def overlap(transcript: Transcript) -> Statements:
    """No answer holds the word, or is the answer, of another request at the same time."""
    alone = {word: transcript.answered(f"alone-{word}").text_of() for word in WORDS}
    if len(set(alone.values())) < len(WORDS):
        raise NotApplicable("different questions have the same answer here")
    for word in WORDS:
        for mode in ("whole", "streamed"):
            reading = transcript.get(f"{mode}-{word}")
            if reading is None or not reading.ok:
                continue
            text = reading.text_of()
            for other in WORDS:
                mixed = other in text.lower() and other not in alone[word].lower()
                if other != word and (mixed or text == alone[other]):
                    yield Finding(
                        f"{reading.id}, text",
                        f"the answer to {word!r}, such as {alone[word][:60]!r}",
                        f"that to {other!r}: {text[:60]!r}",
                        reading.id,
                    )
