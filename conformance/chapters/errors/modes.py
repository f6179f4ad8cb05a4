"""Refusals of streams: before any stream starts, as JSON, with the status that plain ones have."""

from __future__ import annotations

from collections.abc import Callable

from conformance import forge
from conformance.catalogue import Statements, TranscriptForgery, judges, reads
from conformance.chapters.errors.envelope import settled
from conformance.chapters.errors.forging import unprocessable
from conformance.exchange import Exchange
from conformance.modes import TWIN
from conformance.probe import Transcript
from conformance.probes.request_malformed import BODIES
from conformance.probes.request_types import WRONG_TYPES
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable


def _last_twin(change: Callable[[Exchange], Exchange]) -> TranscriptForgery:
    """Return a forgery of the last stream that was asked for by such a request."""

    def forgery(transcript: Transcript) -> Transcript | None:
        return transcript.replacing(change(_pairs(transcript)[-1][1].exchange))

    forgery.__doc__ = change.__doc__
    return forgery


def _failing_stream(exchange: Exchange) -> Exchange:
    """The refusal stands inside a stream that began well."""
    body = b'data: {"error":{"message":"bad","type":"invalid_request_error"}}\n\n'
    return forge.with_status(
        forge.with_header(forge.with_body(exchange, body), "content-type", "text/event-stream"), 200
    )


def _pairs(transcript: Transcript) -> list[tuple[Reading, Reading]]:
    """Bad requests that were refused in one piece, each with its twin that asks for a stream."""
    found = []
    for streamed in transcript.readings:
        label, ending, _ = streamed.exchange.request.label.partition(TWIN)
        plain = transcript.get(label) if ending else None
        if plain is None or streamed.status in (None, 429) or plain.status == 429:
            continue
        if plain.refused:
            found.append((plain, streamed))
    if not found:
        raise NotApplicable("no bad request was refused in one piece; others judge that")
    return found


@judges("errors.stream-refused", on=(WRONG_TYPES, BODIES), forgery=_last_twin(_failing_stream))
def stream_refused(transcript: Transcript) -> Statements:
    """A bad request is refused with `stream: true` too, before any stream starts."""
    for plain, streamed in _pairs(transcript):
        if streamed.ok:
            shown = f"{streamed.status}: {streamed.snippet(most=100)}"
            expected = f"{plain.status}, as without stream"
            yield Finding(streamed.at_status(), expected, shown, streamed.id)


@judges("errors.stream-same-status", on=(WRONG_TYPES, BODIES), forgery=_last_twin(unprocessable))
def stream_same_status(transcript: Transcript) -> Statements:
    """A bad request is refused with the same status in both modes."""
    for plain, streamed in _pairs(transcript):
        if streamed.refused and streamed.status != plain.status:
            expected = f"{plain.status}, as without stream"
            yield Finding(streamed.at_status(), expected, str(streamed.status), streamed.id)


def _refused_stream(reading: Reading) -> bool:
    return settled(reading) and reading.is_stream_request


def _as_event(exchange: Exchange) -> Exchange:
    """The refusal comes as an event."""
    return forge.with_body(exchange, b"data: " + exchange.body + b"\n\n")


@reads("errors.stream-json", where=_refused_stream, forgery=_as_event, rare=True)
def stream_json(reading: Reading) -> Statements:
    """A refusal of a stream is JSON, not events."""
    if reading.looks_like_sse or reading.media_type == "text/event-stream":
        shown = f"{reading.media_type}: {reading.snippet(most=100)}"
        yield Finding(reading.at_offset(0), "a JSON document", shown, reading.id)
