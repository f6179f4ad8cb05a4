"""What a refusal says of the field at fault. Two fields stand for all: chapter request has each."""

from __future__ import annotations

from collections.abc import Callable

from conformance.catalogue import Statements, TranscriptForgery, judges
from conformance.chapters.errors.envelope import part_edited
from conformance.error_view import Envelope
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.probes.request_malformed import BODIES
from conformance.probes.request_types import WRONG_TYPES
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

FIELDS = {"temperature-word": "temperature", "messages-missing": "messages"}
"""Label of a request → the field of it that is at fault."""


def _named(transcript: Transcript) -> tuple[Reading, str]:
    """Return the refusal of this conversation that is looked at, and the field due in it."""
    label = next((each for each in FIELDS if transcript.get(each) is not None), "temperature-word")
    reading = transcript[label]
    if reading.status != 400 or reading.error.kind is not Envelope.OPENAI:
        raise NotApplicable(f"{reading.id} is no 400 with an error object; others judge that")
    return reading, FIELDS[label]


def _first(change: Callable[[Exchange], Exchange | None]) -> TranscriptForgery:
    """Return a forgery of the refusal of this conversation that is looked at."""

    def forgery(transcript: Transcript) -> Transcript | None:
        reading, _ = _named(transcript)
        exchange = change(reading.exchange)
        return transcript.replacing(exchange) if exchange else None

    return forgery


def _silent(exchange: Exchange) -> Exchange | None:
    """Neither the message nor `param` says which field it is."""
    told = part_edited("message", "Bad request.", "It names no field.")(exchange)
    return told and part_edited("param", None, "Nor does it here.")(told)


@judges("errors.names-field", on=(WRONG_TYPES, BODIES), forgery=_first(_silent))
def names_field(transcript: Transcript) -> Statements:
    """A refusal names the field at fault somewhere: in its message, or as its `param`."""
    reading, field = _named(transcript)
    if field not in reading.error.text and field != reading.error.param:
        where = reading.at_pointer("/error/message")
        yield Finding(where, f"`{field}` in it", reading.error.text[:100], reading.id)


@judges(
    "errors.param-right",
    on=(WRONG_TYPES, BODIES),
    forgery=_first(part_edited("param", "model", "It names another field.")),
)
def param_right(transcript: Transcript) -> Statements:
    """`error.param` names the field at fault."""
    reading, field = _named(transcript)
    if reading.error.param != field:
        where = reading.at_pointer("/error/param")
        yield Finding(where, repr(field), repr(reading.error.param)[:80], reading.id)
