"""Every answer is one that the contract declares: its status, its media type, its shape."""

from __future__ import annotations

from typing import Any

from conformance import forge, schema_check
from conformance.catalogue import Statements, reads
from conformance.exchange import Ending, Exchange
from conformance.interpretation import Interpretation
from conformance.reading import Reading
from conformance.verdict import Finding
from openapi import Operation


def operation(reading: Reading) -> Operation | None:
    """Return the operation that was asked for."""
    request = reading.exchange.request
    return schema_check.operation_of(request.method, request.path, request.at_root)


def known(reading: Reading) -> bool:
    """An answer to an operation of the contract."""
    return reading.status is not None and operation(reading) is not None


def declared(reading: Reading) -> tuple[str, ...] | None:
    """Return the media types that the contract has for the status; None for a status it lacks."""
    found = operation(reading)
    if found is None or reading.status is None:
        return None
    return schema_check.media_types(found, reading.status)


@reads(
    "always.status-declared", where=known, forgery=lambda exchange: forge.with_status(exchange, 418)
)
def status_declared(reading: Reading) -> Statements:
    """The status is one that the operation declares."""
    found = operation(reading)
    if found is not None and declared(reading) is None:
        statuses = ", ".join(sorted(schema_check.responses_of(found)))
        yield Finding(reading.at_status(), f"one of {statuses}", str(reading.status), reading.id)


def with_content(reading: Reading) -> bool:
    """A whole answer with a body, of a status that the contract has a media type for."""
    complete = reading.exchange.ending is Ending.COMPLETE
    return complete and bool(reading.content) and bool(declared(reading))


def labelled_xml(exchange: Exchange) -> Exchange:
    """The answer is labelled as XML."""
    return forge.with_header(exchange, "content-type", "application/xml")


@reads("always.media-type-declared", where=with_content, forgery=labelled_xml)
def media_type_declared(reading: Reading) -> Statements:
    """The media type is one that the operation declares for the status."""
    types = declared(reading) or ()
    if reading.media_type not in types:
        yield Finding(
            reading.at_header("content-type"),
            " or ".join(types),
            reading.header("content-type") or "no Content-Type",
            reading.id,
        )


def misshapen(exchange: Exchange) -> Exchange | None:
    """A member has another type than its schema says."""
    reading = Reading(exchange)
    if reading.is_stream:
        return forge.each_chunk(exchange, _misshape)
    return forge.with_json(exchange, _misshape)


def _misshape(document: Any) -> None:
    for name in ("object", "error", "id", "status"):
        if isinstance(document, dict) and name in document:
            document[name] = 7


@reads(
    "always.schema",
    where=lambda reading: with_content(reading) and readable(reading),
    forgery=misshapen,
)
def schema(reading: Reading) -> Statements:
    """The JSON of a body, or of each event, obeys its schema."""
    found = operation(reading)
    if found is None or reading.status is None:
        return
    if not reading.is_stream:
        problem = schema_check.problem_of_body(found, reading.status, reading.json.value)
        if problem:
            yield Finding(
                reading.at_pointer(problem[0]), "what its schema says", problem[1], reading.id
            )
        return
    for chunk in reading.stream.chunks:
        name = "ErrorBody" if "error" in chunk.value else "ChatChunk"
        problem = schema_check.problem_of_component(name, chunk.value)
        if problem:
            where = reading.at_event(chunk.event, problem[0])
            yield Finding(where, f"what {name} says", problem[1], reading.id)


def readable(reading: Reading) -> bool:
    """A body of JSON, or a stream with at least one chunk."""
    if reading.is_stream:
        return bool(reading.stream.chunks)
    return reading.interpretation is Interpretation.JSON and reading.json.ok
