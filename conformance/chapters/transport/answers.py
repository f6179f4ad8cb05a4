"""What the head of an answer says of its body: label, length, coding; and answers to HEAD."""

from __future__ import annotations

from dataclasses import replace

from conformance import forge
from conformance.catalogue import Statements, judges, reads
from conformance.excerpt import visible
from conformance.exchange import Ending, Exchange
from conformance.kinds import completion
from conformance.probe import Transcript
from conformance.probes.transport import CLOSINGS
from conformance.reading import Reading
from conformance.varied import heard, shown, with_status
from conformance.verdict import Finding, Inconclusive, NotApplicable

_CUT_SHORT = frozenset({Ending.INCOMPLETE, Ending.TIMEOUT, Ending.RESET})


def _json_answer(reading: Reading) -> bool:
    models = reading.exchange.request.method == "GET" and reading.exchange.request.path == "/models"
    return (completion(reading) or (models and reading.ok)) and reading.json.ok


@reads(
    "transport.json-label",
    where=_json_answer,
    forgery=lambda it: forge.with_header(it, "content-type", "text/plain"),
)
def json_label(reading: Reading) -> Statements:
    """A completion in one piece, and the list of models, are labelled application/json."""
    if reading.media_type != "application/json":
        label = reading.header("content-type")
        said = "no such header" if label is None else visible(label)
        yield Finding(reading.at_header("content-type"), "application/json", said, reading.id)


def _measured(reading: Reading) -> bool:
    """An answer with a body and a length, that was not cut by noise."""
    exchange = reading.exchange
    if reading.status is None or reading.status in (204, 304):
        return False
    if exchange.request.method == "HEAD" or reading.header("content-length") is None:
        return False
    # Deliberate: a cut is the target's own only where it came again on every try.
    again = exchange.ending in _CUT_SHORT and exchange.attempt > 1
    return again or exchange.ending is Ending.COMPLETE


def one_byte_short(exchange: Exchange) -> Exchange | None:
    """The last byte does not come, try after try."""
    if not exchange.body:
        return None
    return replace(forge.cut(exchange, len(exchange.body) - 1), attempt=4)


@reads("transport.length-true", where=_measured, forgery=one_byte_short, rare=True)
def length_true(reading: Reading) -> Statements:
    """Content-Length is the number of bytes sent."""
    length = (reading.header("content-length") or "").strip()
    exchange = reading.exchange
    where = reading.at_header("content-length")
    if length != str(len(exchange.body)):
        said = f"{visible(length)}, and {len(exchange.body)} bytes came"
        yield Finding(where, "the number of bytes of the body", said, reading.id)
    elif exchange.detail:
        said = f"{visible(length)}, and {exchange.detail}"
        yield Finding(where, "the number of bytes of the body", said, reading.id)


def with_both(exchange: Exchange) -> Exchange:
    """The answer has a length, and comes in chunks."""
    length = forge.with_header(exchange, "content-length", str(len(exchange.body)))
    return forge.with_header(length, "transfer-encoding", "chunked")


@reads(
    "transport.length-or-chunks",
    where=lambda reading: reading.status is not None,
    forgery=with_both,
)
def length_or_chunks(reading: Reading) -> Statements:
    """No answer has both Content-Length and Transfer-Encoding."""
    length, coding = reading.header("content-length"), reading.header("transfer-encoding")
    if length is not None and coding is not None:
        said = f"Content-Length: {visible(length)} and Transfer-Encoding: {visible(coding)}"
        yield Finding(reading.at_header("content-length"), "one or neither", said, reading.id)


def _asked_plain(reading: Reading) -> bool:
    """Any answer but a stream, which chapter framing judges; all are asked for as they are."""
    names = {name.lower() for name, _ in reading.exchange.request.headers}
    answered = reading.status is not None and not reading.is_stream_request
    return answered and "accept-encoding" not in names


@reads(
    "transport.encoding-asked",
    where=_asked_plain,
    forgery=lambda it: forge.with_header(it, "content-encoding", "gzip"),
)
def encoding_asked(reading: Reading) -> Statements:
    """An answer that was asked for plain has no content coding."""
    coding = reading.header("content-encoding")
    if coding is not None and coding.strip().lower() not in ("", "identity"):
        where = reading.at_header("content-encoding")
        yield Finding(where, "no content coding", visible(coding), reading.id)


def _models(transcript: Transcript) -> Reading:
    reading = heard(transcript, "models")
    if not reading.ok:
        raise NotApplicable(f"GET /models is answered {reading.status}")
    return heard(transcript, "head")


@judges("transport.head-status", on=CLOSINGS, forgery=with_status("head", 405))
def head_status(transcript: Transcript) -> Statements:
    """HEAD of the models has the status of GET."""
    reading = _models(transcript)
    due = transcript["models"].status
    if reading.status != due:
        yield Finding(reading.at_status(), f"{due}, as for GET", shown(reading), reading.id)


def with_the_body(transcript: Transcript) -> Transcript:
    """The document comes behind the headers of HEAD."""
    said = "120 bytes came behind the end of the message"
    return transcript.replacing(replace(transcript["head"].exchange, detail=said))


@judges("transport.head-no-body", on=CLOSINGS, forgery=with_the_body)
def head_no_body(transcript: Transcript) -> Statements:
    """An answer to HEAD ends with its headers."""
    reading = heard(transcript, "head")
    exchange = reading.exchange
    if reading.status is None:
        raise Inconclusive(f"{reading.id}: {exchange.ending.value}")
    if exchange.body or exchange.detail:
        said = exchange.detail or f"{len(exchange.body)} bytes"
        yield Finding(reading.at_offset(0), "no byte behind the headers", said, reading.id)
