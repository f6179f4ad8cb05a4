"""Whether a stream comes at all, and what its status line and headers say."""

from __future__ import annotations

from conformance import forge
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, judges, reads
from conformance.excerpt import visible
from conformance.exchange import Ending, Exchange
from conformance.interpretation import Interpretation
from conformance.kinds import chat_answer, streamed
from conformance.probe import Transcript
from conformance.probes.response import ANSWERS
from conformance.reading import Reading
from conformance.utf8 import UTF8
from conformance.verdict import Finding


def reads_as_events(reading: Reading) -> bool:
    """Tell whether a body reads as events; it may begin with fields that nobody knows."""
    return reading.looks_like_sse or bool(reading.events)


def with_events(reading: Reading) -> bool:
    """A stream that was asked for, came, and holds what reads as events."""
    return streamed(reading) and reads_as_events(reading)


def asked_for_stream(reading: Reading) -> bool:
    """A successful answer to `stream: true`, unless we left before anything came."""
    return streamed(reading) and not (
        reading.exchange.ending is Ending.ABANDONED and not reading.content
    )


def one_document(exchange: Exchange) -> Exchange:
    """The events are replaced by one JSON document."""
    body = b'{"object":"chat.completion","choices":[]}'
    return forge.with_header(forge.with_body(exchange, body), "content-type", "application/json")


@reads("framing.stream-honoured", where=asked_for_stream, forgery=one_document)
def stream_honoured(reading: Reading) -> Statements:
    """A 2xx answer to `stream: true` reads as events."""
    if not reads_as_events(reading):
        kind = reading.interpretation.value
        yield Finding(
            reading.at_offset(0),
            "server-sent events, or a refusal",
            f"status {reading.status} and {kind}: {reading.snippet(most=80) or 'no byte at all'}",
            reading.id,
        )


def as_events(transcript: Transcript) -> Transcript:
    """The first document comes as an event."""
    exchange = next(each.exchange for each in transcript.readings if _whole_answer(each))
    framed = b"data: " + exchange.body + b"\n\ndata: [DONE]\n\n"
    body = forge.with_body(exchange, framed)
    return transcript.replacing(forge.with_header(body, "content-type", "text/event-stream"))


def _whole_answer(reading: Reading) -> bool:
    return chat_answer(reading) and not reading.is_stream_request


@judges("framing.only-when-asked", on=(BASELINE, ANSWERS), forgery=as_events)
def only_when_asked(transcript: Transcript) -> Statements:
    """An answer to `stream` false, null or absent is no event stream."""
    for reading in filter(_whole_answer, transcript.readings):
        labelled = reading.media_type == "text/event-stream"
        if labelled or reading.interpretation is Interpretation.SSE:
            asked = reading.asked("stream")
            said = "null" if asked is None else "false" if asked is False else "absent"
            yield Finding(
                reading.at_header("content-type") if labelled else reading.at_offset(0),
                f"one JSON document, since `stream` is {said}",
                f"{reading.media_type or 'no media type'}: {reading.snippet(most=80)}",
                reading.id,
            )


@reads("framing.status", where=with_events, forgery=lambda it: forge.with_status(it, 201))
def status(reading: Reading) -> Statements:
    """The status of a stream is 200."""
    if reading.status != 200:
        yield Finding(reading.at_status(), "200", str(reading.status), reading.id)


def labelled_as_json(exchange: Exchange) -> Exchange:
    """The stream is labelled application/json."""
    return forge.with_header(exchange, "content-type", "application/json")


@reads("framing.media-type", where=with_events, forgery=labelled_as_json)
def media_type(reading: Reading) -> Statements:
    """The media type of a stream is text/event-stream, in any spelling."""
    label = reading.header("content-type")
    if label is not None and reading.media_type != "text/event-stream":
        yield Finding(
            reading.at_header("content-type"), "text/event-stream", visible(label), reading.id
        )


def unlabelled(exchange: Exchange) -> Exchange:
    """The stream has no Content-Type."""
    return forge.without_header(exchange, "content-type")


@reads("framing.media-type-present", where=with_events, forgery=unlabelled)
def media_type_present(reading: Reading) -> Statements:
    """A stream has a Content-Type."""
    if reading.header("content-type") is None:
        where = reading.at_header("content-type")
        yield Finding(where, "text/event-stream", "no such header", reading.id)


def in_latin_1(exchange: Exchange) -> Exchange:
    """The stream is labelled as Latin-1."""
    return forge.with_header(exchange, "content-type", "text/event-stream; charset=iso-8859-1")


@reads("framing.charset", where=with_events, forgery=in_latin_1)
def charset(reading: Reading) -> Statements:
    """The charset of a stream, where one is named, is UTF-8."""
    if reading.charset is not None and reading.charset not in UTF8:
        yield Finding(
            reading.at_header("content-type"),
            "utf-8, or none",
            visible(reading.charset),
            reading.id,
        )


def with_length(exchange: Exchange) -> Exchange:
    """The stream tells its length."""
    return forge.with_header(exchange, "content-length", str(len(exchange.body)))


@reads("framing.no-length", where=with_events, forgery=with_length)
def no_length(reading: Reading) -> Statements:
    """A stream has no Content-Length."""
    length = reading.header("content-length")
    if length is not None:
        where = reading.at_header("content-length")
        yield Finding(where, "no such header", visible(length), reading.id)


def compressed(exchange: Exchange) -> Exchange:
    """The stream is labelled as compressed."""
    return forge.with_header(exchange, "content-encoding", "deflate")


def asked_for_identity(reading: Reading) -> bool:
    """A stream whose request did not ask for a coding of its own."""
    names = {name.lower() for name, _ in reading.exchange.request.headers}
    return streamed(reading) and "accept-encoding" not in names


@reads("framing.no-coding", where=asked_for_identity, forgery=compressed)
def no_coding(reading: Reading) -> Statements:
    """A stream that was asked for plain has no content coding."""
    coding = reading.header("content-encoding")
    if coding is not None and coding.strip().lower() not in ("", "identity"):
        where = reading.at_header("content-encoding")
        yield Finding(where, "no content coding", visible(coding), reading.id)
