"""One model of the list: where it is found, and that it is the one asked for."""

from __future__ import annotations

import json
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.models.listed import Forged, entries, listing, says, tampered
from conformance.error_view import Envelope
from conformance.json_view import ABSENT
from conformance.probe import Transcript
from conformance.probes.models import CATALOGUE, NOBODY, described
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable

BASIC = ("id", "object", "created")
"""Members that clients of any endpoint compare; `owned_by` is a label that many set freely."""


def _heard(transcript: Transcript, label: str) -> Reading:
    reading = transcript.get(label)
    if reading is None:
        raise NotApplicable("the model's id has no slash")
    if reading.status is None or reading.status == 429:
        raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
    return reading


def _status(label: str, status: int) -> Forged:
    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None:
            return None
        return transcript.replacing(forge.with_status(reading.exchange, status))

    forgery.__doc__ = f"It is answered with {status}."
    return forgery


def _denied(transcript: Transcript) -> Transcript:
    """The listed model is said not to exist."""
    body = {"error": {"message": "No.", "type": "not_found", "code": "model_not_found"}}
    exchanges = []
    for exchange in transcript.exchanges:
        if exchange.request.label in ("detail", "detail-raw"):
            exchange = forge.with_status(forge.with_json(exchange, lambda _: body), 404)
        exchanges.append(exchange)
    return transcript.with_exchanges(exchanges)


@judges("models.detail", on=CATALOGUE, forgery=_denied)
def detail(transcript: Transcript) -> Statements:
    """`GET /models/{model}` answers for a model that is listed, or is not there at all."""
    reading = _heard(transcript, "detail")
    if described(transcript).ok:
        return
    lacking = reading.status in (404, 405, 501) and reading.error.code != "model_not_found"
    if transcript.setting.scope != "gateway" and lacking:
        raise NotApplicable(f"{reading.id}: {reading.status}, the operation is not offered")
    yield Finding(reading.at_status(), "200", f"{reading.status}", reading.id)


@judges("models.detail-escaped", on=CATALOGUE, forgery=_status("detail", 404))
def detail_escaped(transcript: Transcript) -> Statements:
    """The detail is found with the slash of the id escaped."""
    reading = _heard(transcript, "detail")
    if not reading.ok:
        shown = f"{reading.status}: {reading.exchange.request.path}"
        yield Finding(reading.at_status(), "200", shown, reading.id)


@judges("models.detail-raw", on=CATALOGUE, forgery=_status("detail-raw", 404))
def detail_raw(transcript: Transcript) -> Statements:
    """The detail is found with the slash of the id as it is."""
    reading = _heard(transcript, "detail-raw")
    if not reading.ok:
        shown = f"{reading.status}: {reading.exchange.request.path}"
        yield Finding(reading.at_status(), "200", shown, reading.id)


def _answered(transcript: Transcript) -> Reading:
    reading = described(transcript)
    if not reading.ok:
        raise NotApplicable(f"{reading.id}: {reading.status}")
    return reading


@judges(
    "models.detail-object",
    on=CATALOGUE,
    forgery=lambda transcript: _both(transcript, lambda one: {"object": "list", "data": [one]}),
)
def detail_object(transcript: Transcript) -> Statements:
    """The detail is a model object with an `id`."""
    reading = _answered(transcript)
    if not isinstance(reading.json.at("id"), str):
        yield says(reading, "/id", "the model's id", reading.json.at("id"))
    elif reading.json.at("object") not in ("model", ABSENT):
        yield says(reading, "/object", "model", reading.json.at("object"))


def _both(transcript: Transcript, change: Any) -> Transcript:
    """Change the detail under either spelling of its path."""
    for label in ("detail", "detail-raw"):
        forged = tampered(label, change, "")(transcript)
        transcript = forged if forged is not None else transcript
    return transcript


@judges(
    "models.detail-id",
    on=CATALOGUE,
    forgery=lambda transcript: _both(transcript, lambda one: one.update(id="other")),
)
def detail_id(transcript: Transcript) -> Statements:
    """The detail is of the model asked for."""
    reading = _answered(transcript)
    if reading.json.at("id") != transcript.setting.model:
        yield says(reading, "/id", transcript.setting.model, reading.json.at("id"))


@judges(
    "models.detail-same",
    on=CATALOGUE,
    forgery=tampered("detail-raw", lambda one: one.update(context_window=1), "They differ."),
)
def detail_same(transcript: Transcript) -> Statements:
    """Both spellings of the path give the same."""
    escaped, raw = _heard(transcript, "detail"), _heard(transcript, "detail-raw")
    if not escaped.ok or not raw.ok:
        raise NotApplicable("not found under both spellings; other requirements judge that")
    if escaped.json.value != raw.json.value:
        shown = raw.snippet(most=160)
        yield Finding(raw.at_offset(0), f"the body of {escaped.id}", shown, raw.id)


@judges(
    "models.detail-agrees",
    on=CATALOGUE,
    forgery=lambda transcript: _both(transcript, lambda one: one.update(created=1)),
)
def detail_agrees(transcript: Transcript) -> Statements:
    """The detail says what the list says of the model."""
    reading, found = _answered(transcript), listing(transcript)
    entry = next(
        (
            one
            for _, one in entries(found)
            if isinstance(one, dict) and one.get("id") == _model(reading)
        ),
        None,
    )
    if entry is None:
        raise NotApplicable("the model is not listed; models.listed judges that")
    shared = set(entry) & set(reading.json.fields)
    for name in sorted(shared if transcript.setting.scope == "gateway" else shared & set(BASIC)):
        value = reading.json.at(name)
        if value != entry[name]:
            expected = f"{json.dumps(entry[name])[:80]}, as in the list"
            yield says(reading, f"/{name}", expected, value)


def _model(reading: Reading) -> str:
    return reading.setting.model


@judges("models.detail-unknown-404", on=CATALOGUE, forgery=_status("detail-unknown", 200))
def detail_unknown_404(transcript: Transcript) -> Statements:
    """The detail of a model nobody serves is 404."""
    reading = _heard(transcript, "detail-unknown")
    if reading.status != 404:
        yield Finding(
            reading.at_status(), f"404: no {NOBODY} here", str(reading.status), reading.id
        )


def _uncoded(document: Any) -> None:
    document["error"]["code"] = None


def _without_code(transcript: Transcript) -> Transcript:
    """The code is null."""
    exchange = transcript["detail-unknown"].exchange
    return transcript.replacing(forge.with_json(exchange, _uncoded))


@judges("models.detail-unknown-code", on=CATALOGUE, forgery=_without_code)
def detail_unknown_code(transcript: Transcript) -> Statements:
    """The code of that refusal is `model_not_found`."""
    reading = _heard(transcript, "detail-unknown")
    if reading.error.kind is not Envelope.OPENAI:
        raise NotApplicable("no error object; other requirements judge that")
    if reading.error.code != "model_not_found":
        yield says(reading, "/error/code", "model_not_found", reading.error.code)
