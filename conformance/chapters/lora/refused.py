"""Adapters that cannot be: nobody made them, their names are no names, or two contradict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, TranscriptForgery, judges
from conformance.obtained import asked, refusal
from conformance.probe import Transcript
from conformance.probes.adapters import UNKNOWN, WORN
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive

NO_ADAPTER = "no adapter could be chosen by `model`"
UNKNOWN_NAMES = ("unknown-model", "unknown-field")


def answered(label: str) -> TranscriptForgery:
    """Return a forgery in which a request that must be refused is answered."""
    return lambda transcript: transcript.replacing(
        forge.with_status(transcript[label].exchange, 200)
    )


def changed(label: str, **parts: Any) -> TranscriptForgery:
    """Return a forgery that changes parts of a labelled refusal's error."""

    def forgery(transcript: Transcript) -> Transcript:
        exchange = forge.with_json(
            transcript[label].exchange, lambda document: document["error"].update(parts)
        )
        return transcript.replacing(exchange)

    return forgery


def _heard(transcript: Transcript, *labels: str) -> Iterator[Reading]:
    """Return the readings of requests; Inconclusive where noise hides the answer."""
    for label in labels:
        reading = transcript[label]
        if reading.status is None or reading.status in (429, 502, 503, 504):
            raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
        yield reading


def _client_error(reading: Reading) -> bool:
    return reading.status is not None and 400 <= reading.status < 500


def _refused(transcript: Transcript, *labels: str) -> Statements:
    """Every request is refused in the 4xx class."""
    for reading in _heard(transcript, *labels):
        if not _client_error(reading):
            actual = f"{reading.status}: {reading.snippet(most=120)}"
            yield Finding(reading.at_status(), "a refusal in the 4xx class", actual, reading.id)


def _must_be_refused(identity: str, sentence: str, *labels: str) -> None:
    def judge(transcript: Transcript) -> Statements:
        yield from _refused(transcript, *labels)

    judge.__doc__ = sentence
    judges(identity, on=UNKNOWN, forgery=answered(labels[-1]))(judge)


_must_be_refused(
    "lora.unknown-refused", "An adapter nobody made, named in `model`, is refused.", "unknown-model"
)
_must_be_refused(
    "lora.unknown-field-refused",
    "An adapter nobody made, named in `lora`, is refused.",
    "unknown-field",
)
_must_be_refused(
    "lora.path-refused",
    "Names that look like paths are refused as a client's mistake, in both fields.",
    "path-up",
    "path-root",
    "path-up-field",
    "path-back-field",
)
_must_be_refused("lora.long-refused", "A name of 65 characters is refused.", "long-model")
_must_be_refused("lora.empty-refused", "An empty name is refused.", "empty-field", "empty-model")
_must_be_refused("lora.field-type", "A `lora` that is not text is refused.", "type-number")


@judges(
    "lora.unknown-404",
    on=UNKNOWN,
    forgery=lambda t: t.replacing(forge.with_status(t["unknown-field"].exchange, 400)),
)
def unknown_404(transcript: Transcript) -> Statements:
    """The refusal of an unknown adapter is 404, whichever field named it."""
    for reading in _heard(transcript, *UNKNOWN_NAMES):
        if reading.status != 404 and not reading.ok:
            yield Finding(reading.at_status(), "404", str(reading.status), reading.id)


@judges("lora.unknown-code", on=UNKNOWN, forgery=changed("unknown-model", code="model_not_found"))
def unknown_code(transcript: Transcript) -> Statements:
    """The refusal of an unknown adapter has the code `adapter_not_found`."""
    for reading in _heard(transcript, *UNKNOWN_NAMES):
        code = reading.error.code
        if not reading.ok and code != "adapter_not_found":
            where = reading.at_pointer("/error/code")
            yield Finding(where, "'adapter_not_found'", repr(code), reading.id)


@judges("lora.unknown-param", on=UNKNOWN, forgery=changed("unknown-field", param="model"))
def unknown_param(transcript: Transcript) -> Statements:
    """The refusal of an unknown adapter has the `param` that named it."""
    for reading, due in zip(_heard(transcript, *UNKNOWN_NAMES), ("model", "lora"), strict=True):
        param = reading.error.param
        if not reading.ok and param != due:
            where = reading.at_pointer("/error/param")
            yield Finding(where, repr(due), repr(param), reading.id)


@judges("lora.unknown-stream", on=UNKNOWN, forgery=answered("unknown-model-streamed"))
def unknown_stream(transcript: Transcript) -> Statements:
    """With `stream: true` too, an unknown adapter is refused before any stream."""
    labels = [f"{label}-streamed" for label in UNKNOWN_NAMES]
    for reading in _heard(transcript, *labels):
        if not _client_error(reading) or reading.looks_like_sse:
            expected = "a refusal in the 4xx class, as JSON"
            actual = f"{reading.status}: {reading.snippet(most=120)}"
            yield Finding(reading.at_status(), expected, actual, reading.id)


@judges(
    "lora.null-field",
    on=UNKNOWN,
    forgery=lambda t: t.replacing(forge.with_status(t["null"].exchange, 400)),
)
def null_field(transcript: Transcript) -> Statements:
    """`lora: null` is answered by the base."""
    for reading in _heard(transcript, "null"):
        if not reading.ok:
            yield refusal(reading)


@judges("lora.conflict-refused", on=WORN, forgery=answered("conflict"))
def conflict_refused(transcript: Transcript) -> Statements:
    """`model` and `lora` that name different adapters are refused with 400."""
    reading = asked(transcript, "conflict", NO_ADAPTER)
    if reading.status != 400:
        actual = f"{reading.status}: {reading.snippet(most=120)}"
        yield Finding(reading.at_status(), "400", actual, reading.id)


@judges("lora.conflict-code", on=WORN, forgery=changed("conflict", code=None))
def conflict_code(transcript: Transcript) -> Statements:
    """The refusal of contradicting adapters has the code `invalid_value`."""
    reading = asked(transcript, "conflict", NO_ADAPTER)
    code = reading.error.code
    if not reading.ok and code != "invalid_value":
        yield Finding(reading.at_pointer("/error/code"), "'invalid_value'", repr(code), reading.id)
