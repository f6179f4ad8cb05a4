"""Streams that fail: before they begin, and after."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.stream.identity import shown
from conformance.error_view import Envelope
from conformance.excerpt import visible_value
from conformance.exchange import Exchange
from conformance.json_view import ABSENT
from conformance.kinds import streamed
from conformance.oddity import Strange
from conformance.probe import Transcript
from conformance.probes.models import UNKNOWN
from conformance.probes.request_malformed import BODIES
from conformance.probes.request_types import WRONG_TYPES
from conformance.probes.stream import FAILING
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive

ERROR = {"error": {"message": "the engine failed", "type": "server_error", "code": None}}
CLAIMS = frozenset({"stop", "length", "tool_calls", "content_filter"})


def event_stream(reading: Reading) -> bool:
    """A stream that was asked for and came, failing or not."""
    return streamed(reading) and reading.is_stream


def _refused_twin(reading: Reading) -> bool:
    return reading.is_stream_request and reading.refused


def said_in_the_stream(transcript: Transcript) -> Transcript | None:
    """A refusal comes as the first event of a stream."""
    refused = [each for each in transcript.readings if _refused_twin(each)]
    if not refused:
        return None
    exchange = refused[-1].exchange
    body = b'data: {"error":{"message":"no","type":"invalid_request_error"}}\n\n'
    forged = forge.with_status(forge.with_body(exchange, body), 200)
    return transcript.replacing(forge.with_header(forged, "content-type", "text/event-stream"))


@judges("stream.refused-first", on=(WRONG_TYPES, BODIES, UNKNOWN), forgery=said_in_the_stream)
def refused_first(transcript: Transcript) -> Statements:
    """No refusal of a stream comes as a success without text."""
    for reading in transcript.readings:
        if not (reading.ok and reading.is_stream_request):
            continue
        if reading.stream.text_event is not None and not reading.stream.errors:
            # Answered after all: whether it should have been is another chapter's question.
            continue
        error = reading.error
        said = visible_value(error.raw, 120) if error else reading.snippet(most=120)
        yield Finding(
            reading.at_status(),
            "a status of 400 or more, and JSON",
            f"{reading.status} and {said or 'an empty body'}",
            reading.id,
        )


def success_without_text(transcript: Transcript) -> Transcript:
    """The failure is a stream that says nothing."""
    exchange = forge.with_status(transcript["failing"].exchange, 200)
    return transcript.replacing(
        forge.with_header(
            forge.with_body(exchange, b"data: [DONE]\n\n"), "content-type", "text/event-stream"
        )
    )


@judges("stream.failure-first", on=FAILING, forgery=success_without_text)
def failure_first(transcript: Transcript) -> Statements:
    """A stream whose engine is down is answered with a 5xx."""
    reading = transcript["failing"]
    if reading.status is None or reading.status in (401, 402, 403, 429):
        raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
    if reading.status < 500:
        yield Finding(
            reading.at_status(),
            "500, 502, 503 or 504",
            f"{reading.status}: {reading.snippet(most=120)}",
            reading.id,
        )


def error_as_text(exchange: Exchange) -> Exchange:
    """An error comes as a text."""
    return forge.with_event(exchange, 2, {"error": "the engine failed"})


@reads("stream.error-shape", where=event_stream, forgery=error_as_text)
def error_shape(reading: Reading) -> Statements:
    """An error event holds an object `error` with a message."""
    for error in reading.stream.errors:
        message = error.message
        if error.kind is Envelope.OPENAI and isinstance(message, str) and message.strip():
            continue
        raw = error.raw if error.raw is not ABSENT else error.message
        yield Finding(
            reading.at_event(error.event or 0),
            'an object {"error": {...}} with a message',
            f"{error.kind.value}: {shown(raw)}",
            reading.id,
        )


def finished_after_all(exchange: Exchange) -> Exchange:
    """An error stands in a stream that ends as if nothing had happened."""
    return forge.with_event(exchange, 2, ERROR)


@reads("stream.error-or-finish", where=event_stream, forgery=finished_after_all)
def error_or_finish(reading: Reading) -> Statements:
    """A stream with an error has no finish_reason that claims success."""
    error = reading.stream.error
    if error is None:
        return
    for choice in reading.stream.choices:
        for seen in choice.finishes:
            if isinstance(seen.value, str) and seen.value in CLAIMS:
                yield Finding(
                    reading.at_event(seen.event, f"/choices/{choice.index}/finish_reason"),
                    f"no success beside the error of event {error.event}",
                    shown(seen.value),
                    reading.id,
                )
                return


@reads("stream.error-last", where=event_stream, forgery=finished_after_all)
def error_last(reading: Reading) -> Statements:
    """No event but the sentinel follows an error."""
    for odd in reading.stream.odd(Strange.AFTER_ERROR):
        yield Finding(
            reading.at_event(odd.event or 0),
            "the end of the stream after its error",
            reading.snippet_of_event(odd.event or 0, 120),
            reading.id,
        )
        return


@reads("stream.error-no-done", where=event_stream, forgery=finished_after_all)
def error_no_done(reading: Reading) -> Statements:
    """No sentinel in a stream with an error."""
    if reading.stream.errors and reading.stream.sentinels:
        yield Finding(
            reading.at_event(reading.stream.sentinels[0]),
            "no [DONE] in a stream that failed",
            "[DONE]",
            reading.id,
        )
