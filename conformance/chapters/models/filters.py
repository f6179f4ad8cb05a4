"""Filters of the list of models: what they keep, and what they leave out."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.models.listed import Forged
from conformance.exchange import Exchange
from conformance.listing import model_ids
from conformance.probe import Transcript
from conformance.probes.models import CATALOGUE, LIST
from conformance.verdict import Finding, Inconclusive


def _kept(exchange: Exchange, other: Exchange) -> Exchange:
    return forge.with_body(exchange, other.body)


def _unfiltered(label: str) -> Forged:
    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None:
            return None
        return transcript.replacing(_kept(reading.exchange, transcript[LIST].exchange))

    forgery.__doc__ = "The filter is ignored."
    return forgery


def _filtered(transcript: Transcript, name: str) -> Statements:
    model = transcript.setting.model
    for label, wanted in ((f"{name}-ours", True), (f"{name}-other", False)):
        reading = transcript[label]
        if reading.status is None or reading.status == 429:
            raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
        there = model in model_ids(reading)
        if there is not wanted:
            expected = (
                f"{model} {'kept' if wanted else 'left out'} by {reading.exchange.request.path}"
            )
            shown = "it is there" if there else f"{reading.status}, and it is not there"
            yield Finding(reading.at_pointer("/data"), expected, shown, reading.id)


@judges("models.filter-modality", on=CATALOGUE, forgery=_unfiltered("modality-other"))
def filter_modality(transcript: Transcript) -> Statements:
    """`?modality=` keeps the model under its own modality and leaves it out under another."""
    yield from _filtered(transcript, "modality")


@judges("models.filter-provider", on=CATALOGUE, forgery=_unfiltered("provider-other"))
def filter_provider(transcript: Transcript) -> Statements:
    """`?provider=` keeps the model under its maker and leaves it out under another."""
    yield from _filtered(transcript, "provider")
