"""What a refusal says of the field at fault. Two fields stand for all: chapter request has each."""

from __future__ import annotations

from conformance.catalogue import Statements, judges
from conformance.chapters.errors.envelope import part_edited
from conformance.chapters.errors.forging import relabelled
from conformance.error_view import Envelope
from conformance.probe import Transcript
from conformance.probes.errors import BAD
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable


def _named(transcript: Transcript, label: str) -> Reading:
    reading = transcript[label]
    if reading.status != 400 or reading.error.kind is not Envelope.OPENAI:
        raise NotApplicable(f"{reading.id} is no 400 with an error object; others judge that")
    return reading


@judges(
    "errors.names-field",
    on=BAD,
    forgery=relabelled(
        "temperature",
        lambda exchange: part_edited("message", "Bad request.", "")(exchange) or exchange,
    ),
)
def names_field(transcript: Transcript) -> Statements:
    """The message of a refusal names the field at fault."""
    for label in ("temperature", "absent"):
        reading = _named(transcript, label)
        field = "messages" if label == "absent" else label
        if field not in reading.error.text:
            where = reading.at_pointer("/error/message")
            yield Finding(where, f"`{field}` in it", reading.error.text[:100], reading.id)


@judges(
    "errors.param-right",
    on=BAD,
    forgery=relabelled(
        "temperature", lambda exchange: part_edited("param", "model", "")(exchange) or exchange
    ),
)
def param_right(transcript: Transcript) -> Statements:
    """`error.param` names the field at fault."""
    for label, field in (("temperature", "temperature"), ("absent", "messages")):
        reading = _named(transcript, label)
        if reading.error.param != field:
            where = reading.at_pointer("/error/param")
            yield Finding(where, repr(field), repr(reading.error.param)[:80], reading.id)
