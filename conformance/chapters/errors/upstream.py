"""An engine that fails or has no room, shown by keys whose accounts are meant to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.errors.forging import relabelled
from conformance.error_view import Envelope
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.probes.errors import FAILING, SATURATED
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable
from openapi import contract

BROKEN = (500, 502, 504)
"""What a failed engine may be told with; the contract counts them as equal."""
FULL = 503
_ADDRESS = re.compile(r"https?://|\b\d{1,3}(?:\.\d{1,3}){3}\b|\blocalhost\b", re.IGNORECASE)
_ENGINE = re.compile(
    r"@cf/|cloudflare|aierror|workers ai|traceback|connection refused|\b[1-9]\d{3}:", re.IGNORECASE
)


def _heard(transcript: Transcript, label: str) -> Reading:
    reading = transcript.get(label)
    if reading is None:
        raise NotApplicable("no streams here")
    if reading.status is None:
        raise Inconclusive(f"{reading.id}: {reading.exchange.ending.value}")
    if reading.status == 429:
        raise Inconclusive(f"{reading.id}: answered 429")
    return reading


def _as_answer(exchange: Exchange) -> Exchange:
    """The failure is told as an empty answer."""
    message = {"role": "assistant", "content": ""}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]}
    return forge.with_status(forge.with_json(exchange, lambda _: answer), 200)


def _with_status(status: int) -> Callable[[Exchange], Exchange]:
    def change(exchange: Exchange) -> Exchange:
        return forge.with_status(exchange, status)

    change.__doc__ = f"The status is {status}."
    return change


def _with_error(name: str, value: Any) -> Callable[[Exchange], Exchange]:
    def edit(document: Any) -> None:
        document["error"][name] = value

    def change(exchange: Exchange) -> Exchange:
        return forge.with_json(exchange, edit)

    change.__doc__ = f"The {name} is {value!r}."
    return change


def _not_success(transcript: Transcript, what: str) -> Statements:
    plain = _heard(transcript, "plain")
    if plain.ok:
        shown = f"{plain.status}: {plain.snippet(most=120)}"
        yield Finding(plain.at_status(), f"a status of 5xx, since {what}", shown, plain.id)
    streamed = transcript.get("streamed")
    if streamed is None or not streamed.ok:
        return
    stream = streamed.stream
    finished = any(choice.finishes for choice in stream.choices) or bool(stream.sentinels)
    if finished or not stream.errors:
        shown = f"{streamed.status}: {streamed.snippet(most=120)}"
        expected = f"a refusal, or an error and no end of an answer, since {what}"
        yield Finding(streamed.at_status(), expected, shown, streamed.id)


@judges("errors.upstream-refused", on=FAILING, forgery=relabelled("plain", _as_answer))
def upstream_refused(transcript: Transcript) -> Statements:
    """A failing engine is not told as an answer, in either mode."""
    yield from _not_success(transcript, "the engine fails")


@judges("errors.saturated-refused", on=SATURATED, forgery=relabelled("plain", _as_answer))
def saturated_refused(transcript: Transcript) -> Statements:
    """A saturated engine is not told as an answer, in either mode."""
    yield from _not_success(transcript, "the engine has no room")


def _blames_the_client(transcript: Transcript) -> Statements:
    for label in ("plain", "streamed"):
        reading = transcript.get(label)
        status = (reading.status if reading else None) or 0
        if reading is not None and 400 <= status < 500 and status not in (408, 424, 429):
            yield Finding(reading.at_status(), "5xx", f"{status}", reading.id)


@judges(
    "errors.upstream-5xx", on=(FAILING, SATURATED), forgery=relabelled("plain", _with_status(400))
)
def upstream_5xx(transcript: Transcript) -> Statements:
    """A failing or saturated engine is not told as the client's mistake."""
    _heard(transcript, "plain")
    yield from _blames_the_client(transcript)


def _status_among(transcript: Transcript, label: str, known: tuple[int, ...]) -> Statements:
    reading = _heard(transcript, label)
    if reading.status not in known:
        expected = " or ".join(map(str, known))
        yield Finding(reading.at_status(), expected, str(reading.status), reading.id)


@judges("errors.upstream-500", on=FAILING, forgery=relabelled("plain", _with_status(503)))
def upstream_500(transcript: Transcript) -> Statements:
    """A failing engine is 500, or 502 or 504."""
    yield from _status_among(transcript, "plain", BROKEN)


@judges("errors.saturated-503", on=SATURATED, forgery=relabelled("plain", _with_status(500)))
def saturated_503(transcript: Transcript) -> Statements:
    """A saturated engine is 503."""
    yield from _status_among(transcript, "plain", (FULL,))


def _stream_alike(transcript: Transcript) -> Statements:
    plain, streamed = _heard(transcript, "plain"), _heard(transcript, "streamed")
    if streamed.status != plain.status or streamed.looks_like_sse:
        shown = f"{streamed.status}: {streamed.snippet(most=100)}"
        expected = f"{plain.status} and JSON, as without stream"
        yield Finding(streamed.at_status(), expected, shown, streamed.id)


@judges("errors.upstream-stream", on=FAILING, forgery=relabelled("streamed", _with_status(200)))
def upstream_stream(transcript: Transcript) -> Statements:
    """With `stream: true` a failing engine has the same status, and JSON."""
    yield from _stream_alike(transcript)


@judges("errors.saturated-stream", on=SATURATED, forgery=relabelled("streamed", _with_status(200)))
def saturated_stream(transcript: Transcript) -> Statements:
    """With `stream: true` a saturated engine has the same status, and JSON."""
    yield from _stream_alike(transcript)


def _typed(transcript: Transcript, status: int) -> Statements:
    reading = _heard(transcript, "plain")
    if not reading.refused or reading.error.kind is not Envelope.OPENAI:
        raise NotApplicable("not refused with an error object; other requirements judge that")
    expected = contract().errors[status].type
    if reading.error.type != expected:
        where = reading.at_pointer("/error/type")
        yield Finding(where, repr(expected), repr(reading.error.type)[:80], reading.id)


@judges(
    "errors.upstream-type",
    on=FAILING,
    forgery=relabelled("plain", _with_error("type", "invalid_request_error")),
)
def upstream_type(transcript: Transcript) -> Statements:
    """The type of a failing engine is `server_error`."""
    yield from _typed(transcript, BROKEN[0])


@judges(
    "errors.saturated-type",
    on=SATURATED,
    forgery=relabelled("plain", _with_error("type", "server_error")),
)
def saturated_type(transcript: Transcript) -> Statements:
    """The type of a saturated engine is `service_unavailable`."""
    yield from _typed(transcript, FULL)


@judges(
    "errors.saturated-retry-after",
    on=SATURATED,
    forgery=relabelled("plain", lambda exchange: forge.without_header(exchange, "retry-after")),
)
def saturated_retry_after(transcript: Transcript) -> Statements:
    """The 503 of a saturated engine carries `Retry-After`."""
    for label in ("plain", "streamed"):
        reading = transcript.get(label)
        if reading is not None and reading.status == FULL and not reading.header("retry-after"):
            where = reading.at_header("retry-after")
            yield Finding(where, "when to come back", "no such header", reading.id)
    if _heard(transcript, "plain").status != FULL:
        raise NotApplicable("not answered with 503; errors.saturated-503 judges that")


@judges(
    "errors.upstream-own-words",
    on=(FAILING, SATURATED),
    forgery=relabelled(
        "plain", _with_error("message", "http://10.2.3.4:8080/ai/run said 5006: AiError")
    ),
)
def upstream_own_words(transcript: Transcript) -> Statements:
    """The refusal repeats neither host, address, code nor trace of the engine."""
    for label in ("plain", "streamed"):
        reading = transcript.get(label)
        if reading is None or not reading.refused:
            continue
        found = _ADDRESS.search(reading.text) or _ENGINE.search(reading.text)
        if found:
            shown = reading.text[max(found.start() - 20, 0) : found.end() + 40]
            where = reading.at_offset(len(reading.text[: found.start()].encode()))
            yield Finding(where, "the gateway's own words", repr(shown)[:120], reading.id)
    _heard(transcript, "plain")
