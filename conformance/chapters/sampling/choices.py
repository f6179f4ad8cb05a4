"""Several choices: as many as were asked for, each one complete, none mixed with another."""

from __future__ import annotations

from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.probe import Transcript
from conformance.probes.choices import SEVERAL
from conformance.verdict import Finding


def one_of_two(transcript: Transcript) -> Transcript:
    """One choice comes where two were asked for."""

    def edit(document: Any) -> None:
        del document["choices"][1:]

    return transcript.replacing(forge.with_json(transcript["two"].exchange, edit))


@judges("sampling.n-acts", on=SEVERAL, forgery=one_of_two)
def n_acts(transcript: Transcript) -> Statements:
    """`n: 2` in one piece gives two choices, or a refusal."""
    reading = transcript["two"]
    if reading.status is not None and 400 <= reading.status < 500:
        return
    reading = transcript.answered("two")
    count = len(reading.choice_indexes)
    if count != 2:
        yield Finding(
            reading.at_pointer("/choices"), "two choices, or a 4xx", f"{count} of them", reading.id
        )
