"""The model that answers to one and the same request name, whenever it is made in a run."""

from __future__ import annotations

import re
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.excerpt import visible
from conformance.exchange import Exchange
from conformance.kinds import completed_stream, completion
from conformance.probe import Transcript
from conformance.probes.alike import ALIKE
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

_RELEASE = re.compile(r"[-@:_.]?(?:v?\d[\d.-]*|latest|stable)")
"""What stands behind the name of a model for one release of it, such as its date."""


def _named(reading: Reading) -> str:
    """Return the model that an answer names first; empty where it names none."""
    seen = reading.stream.models[0].value if reading.stream.models else reading.completion.model
    return seen if isinstance(seen, str) else ""


def same_model(name: str, asked: str) -> bool:
    """Tell whether a name is that of the model asked for, of a release of it, or a spelling."""
    short, known = (each.rpartition("/")[2].lower() for each in (name, asked))
    return short.startswith(known) and (
        short == known or _RELEASE.fullmatch(short.removeprefix(known)) is not None
    )


def _answers(transcript: Transcript) -> list[list[tuple[str, Reading]]]:
    """Return the models that answers name, those to equal requests together."""
    groups: dict[bytes, list[tuple[str, Reading]]] = {}
    for exchange in transcript.exchanges:
        # Not by their labels: two conversations may have the same ones.
        reading = Reading(exchange, transcript.setting)
        body = exchange.request.body
        whole = completion(reading) or completed_stream(reading)
        if body is not None and whole and (name := _named(reading)):
            groups.setdefault(body, []).append((name, reading))
    return [group for group in groups.values() if len(group) > 1]


def now_and_then(transcript: Transcript) -> Transcript:
    """Every third answer names another model."""

    def edit(answer: Any) -> None:
        if isinstance(answer, dict) and "model" in answer:
            answer["model"] = "acme/other-13b"

    def forged(exchange: Exchange) -> Exchange:
        reading = Reading(exchange)
        if not (reading.is_chat and reading.ok):
            return exchange
        tamper = forge.each_chunk if reading.is_stream else forge.with_json
        return tamper(exchange, edit)

    return transcript.with_exchanges(
        exchange if place % 3 else forged(exchange)
        for place, exchange in enumerate(transcript.exchanges)
    )


@judges("response.model-steady", on=ALIKE, forgery=now_and_then)
def model_steady(transcript: Transcript) -> Statements:
    """No answer names another model where an answer to the same request names the one asked for."""
    groups = _answers(transcript)
    if not groups:
        raise NotApplicable("no request of this run was answered twice with the name of a model")
    for group in groups:
        asked = str(group[0][1].asked("model"))
        like = next((one for name, one in group if same_model(name, asked)), None)
        for name, reading in group:
            if like is not None and not same_model(name, asked):
                yield Finding(
                    f"{reading.id}, model",
                    f"{visible(_named(like), 80)}, as {like.id} names to the same request",
                    visible(name, 80),
                    reading.id,
                )
