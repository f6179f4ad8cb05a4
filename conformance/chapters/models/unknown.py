"""Chats with a model that nobody serves: refused, with which words, in both modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.answering import excerpt
from conformance.catalogue import Statements, judges
from conformance.chapters.models.listed import Forged, says
from conformance.error_view import Envelope
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.probes.models import UNKNOWN
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable


def _heard(transcript: Transcript, label: str) -> Reading:
    reading = transcript[label]
    if reading.status is None or reading.status == 429:
        raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
    if not transcript["plain"].ok:
        raise Inconclusive(f"{transcript['known'].id}: the known model is refused as well")
    return reading


def _changed(label: str, change: Callable[[Exchange], Exchange], words: str) -> Forged:
    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        return transcript.replacing(change(reading.exchange)) if reading else None

    forgery.__doc__ = words
    return forgery


def _status(status: int) -> Callable[[Exchange], Exchange]:
    return lambda exchange: forge.with_status(exchange, status)


def _part(name: str, value: object) -> Callable[[Exchange], Exchange]:
    def edit(document: Any) -> None:
        document["error"][name] = value

    return lambda exchange: forge.with_json(exchange, edit)


def _refused(transcript: Transcript) -> Reading:
    reading = _heard(transcript, "unknown")
    if reading.ok:
        raise NotApplicable("it is answered; models.unknown-refused judges that")
    return reading


@judges(
    "models.unknown-refused", on=UNKNOWN, forgery=_changed("unknown", _status(200), "Answered.")
)
def unknown_refused(transcript: Transcript) -> Statements:
    """A chat with a model nobody serves is refused."""
    reading = _heard(transcript, "unknown")
    if reading.ok:
        shown = f"{reading.status}: {reading.snippet(most=120)}"
        expected = f"a refusal: nobody serves {reading.asked('model')}"
        yield Finding(reading.at_status(), expected, shown, reading.id)


@judges(
    "models.unknown-4xx", on=UNKNOWN, forgery=_changed("unknown", _status(503), "No backend is up.")
)
def unknown_4xx(transcript: Transcript) -> Statements:
    """The refusal of an unknown model is in the 4xx class."""
    reading = _refused(transcript)
    if (reading.status or 0) >= 500:
        yield Finding(
            reading.at_status(), "404", f"{reading.status}: {excerpt(reading)}", reading.id
        )


@judges("models.unknown-404", on=UNKNOWN, forgery=_changed("unknown", _status(400), "It is 400."))
def unknown_404(transcript: Transcript) -> Statements:
    """The refusal of an unknown model is 404."""
    reading = _refused(transcript)
    if reading.status != 404:
        yield Finding(reading.at_status(), "404", str(reading.status), reading.id)


def _told(name: str, expected: str) -> Callable[[Transcript], Statements]:
    def judge(transcript: Transcript) -> Statements:
        reading = _refused(transcript)
        if reading.error.kind is not Envelope.OPENAI:
            raise NotApplicable("no error object; chapter errors judges that")
        value = getattr(reading.error, name)
        if value != expected:
            yield says(reading, f"/error/{name}", expected, value)

    judge.__doc__ = f"The {name} of that refusal is `{expected}`."
    return judge


for _name, _expected in (("code", "model_not_found"), ("type", "not_found"), ("param", "model")):
    judges(
        f"models.unknown-{_name}",
        on=UNKNOWN,
        forgery=_changed("unknown", _part(_name, "other"), f"Another {_name}."),
    )(_told(_name, _expected))


@judges(
    "models.unknown-stream",
    on=UNKNOWN,
    forgery=_changed("unknown-streamed", _status(200), "The stream begins."),
)
def unknown_stream(transcript: Transcript) -> Statements:
    """An unknown model is refused before any stream starts, as it is without."""
    _refused(transcript)
    streamed = _heard(transcript, "unknown-streamed")
    if streamed.ok or streamed.looks_like_sse:
        shown = f"{streamed.status}: {streamed.snippet(most=120)}"
        yield Finding(streamed.at_status(), "a refusal in JSON", shown, streamed.id)


@judges("models.near-refused", on=UNKNOWN, forgery=_changed("longer", _status(200), "Answered."))
def near_refused(transcript: Transcript) -> Statements:
    """The model's id with a character more, or less, is unknown."""
    _refused(transcript)
    for label in ("longer", "shorter"):
        reading = transcript.get(label)
        if reading is not None and reading.ok:
            expected = f"a refusal: nobody serves {reading.asked('model')}"
            shown = f"{reading.status}: {reading.snippet(most=100)}"
            yield Finding(reading.at_status(), expected, shown, reading.id)
