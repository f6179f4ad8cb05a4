"""The document of an answer in one piece: JSON, whole, and what stands at its top."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.catalogue import ExchangeForgery, Statements, reads
from conformance.exchange import Ending, Exchange
from conformance.json_view import ABSENT, integer, kind
from conformance.kinds import completion
from conformance.reading import Reading
from conformance.selectors import selectors
from conformance.verdict import Finding

LATEST_SECONDS = 100_000_000_000
"""The year 5138; a larger `created` counts milliseconds."""
NEAR = 60.0
"""Seconds by which `created` may differ from the answer's own time, its making not counted."""
_ID = re.compile(r"chatcmpl-[A-Za-z0-9_-]+")


def document(reading: Reading) -> bool:
    """A completion in one piece that is a JSON object."""
    return completion(reading) and not reading.is_stream and isinstance(reading.json.value, dict)


def edited(words: str, change: Callable[[Any], Any]) -> ExchangeForgery:
    """Return a forgery that changes the JSON of an answer."""

    def forgery(exchange: Exchange) -> Exchange:
        return forge.with_json(exchange, change)

    forgery.__doc__ = words
    return forgery


def put(name: str, value: Any) -> Callable[[Any], None]:
    """Return a change that sets a member at the top."""

    def change(answer: Any) -> None:
        answer[name] = value

    return change


def says(reading: Reading, pointer: str, expected: str, value: object) -> Finding:
    """Return a finding about a value in the document."""
    shown = "nothing there" if value is ABSENT else f"{kind(value)} {json.dumps(value)[:100]}"
    return Finding(reading.at_pointer(pointer), expected, shown, reading.id)


def _whole(reading: Reading) -> bool:
    return completion(reading) and reading.exchange.ending is Ending.COMPLETE


def _as_events(exchange: Exchange) -> Exchange:
    """The document comes as an event."""
    body = b"data: " + exchange.body + b"\n\ndata: [DONE]\n\n"
    return forge.with_header(forge.with_body(exchange, body), "content-type", "text/event-stream")


def _in_one_piece(reading: Reading) -> Statements:
    if reading.is_stream:
        actual = f"{reading.media_type or 'unlabelled'}: {reading.snippet(most=100)}"
        yield Finding(reading.at_offset(0), "one JSON document, no events", actual, reading.id)


def _mode(value: object) -> Callable[[Reading], bool]:
    def where(reading: Reading) -> bool:
        return _whole(reading) and reading.asked("stream") is value

    return where


@reads("response.default-one-piece", where=_mode(ABSENT), forgery=_as_events)
def default_one_piece(reading: Reading) -> Statements:
    """Without `stream` no events come."""
    yield from _in_one_piece(reading)


@reads("response.false-one-piece", where=_mode(False), forgery=_as_events, rare=True)
def false_one_piece(reading: Reading) -> Statements:
    """With `stream: false` no events come."""
    yield from _in_one_piece(reading)


@reads("response.null-one-piece", where=_mode(None), forgery=_as_events, rare=True)
def null_one_piece(reading: Reading) -> Statements:
    """With `stream: null` no events come."""
    yield from _in_one_piece(reading)


def _rest(text: str) -> str | None:
    """What follows a first JSON value; None when there is no such value, or nothing follows."""
    start = text.lstrip(" \t\r\n\ufeff")
    try:
        _, end = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return None
    return start[end:].strip(" \t\r\n") or None


def _plain_text(reading: Reading) -> bool:
    return _whole(reading) and not reading.is_stream


@reads(
    "response.document",
    where=_plain_text,
    forgery=lambda exchange: forge.with_body(exchange, b"[" + exchange.body + b"]"),
)
def is_object(reading: Reading) -> Statements:
    """The body is a JSON object."""
    if reading.json.ok and isinstance(reading.json.value, dict):
        return
    if not reading.json.ok and _rest(reading.text):
        return
    actual = reading.json.problem or f"an {kind(reading.json.value)}"
    shown = f"{actual}: {reading.snippet(most=100)}"
    yield Finding(reading.at_offset(0), "a JSON object", shown, reading.id)


@reads(
    "response.nothing-after",
    where=_plain_text,
    forgery=lambda exchange: forge.with_body(exchange, exchange.body + b"\n\ndata: [DONE]\n\n"),
)
def nothing_after(reading: Reading) -> Statements:
    """Nothing but whitespace follows the JSON document."""
    rest = None if reading.json.ok else _rest(reading.text)
    if rest:
        start = len(reading.content) - len(rest.encode(errors="replace"))
        yield Finding(reading.at_offset(start), "the end of the body", rest[:100], reading.id)


@reads(
    "response.no-bom",
    where=_plain_text,
    forgery=lambda exchange: forge.with_body(exchange, b"\xef\xbb\xbf" + exchange.body),
)
def no_bom(reading: Reading) -> Statements:
    """The document does not begin with a byte order mark."""
    if reading.json.bom:
        yield Finding(reading.at_offset(0), "a document without a BOM", "EF BB BF", reading.id)


@reads(
    "response.status-200",
    where=_plain_text,
    forgery=lambda exchange: forge.with_status(exchange, 201),
)
def status_200(reading: Reading) -> Statements:
    """An answer in one piece has status 200."""
    if reading.status != 200:
        yield Finding(reading.at_status(), "200", str(reading.status), reading.id)


@reads("response.id", where=document, forgery=edited("The id is a number.", put("id", 7)))
def id_text(reading: Reading) -> Statements:
    """`id` is a string."""
    if not isinstance(reading.completion.id, str):
        yield says(reading, "/id", "a string", reading.completion.id)


@reads("response.id-not-empty", where=document, forgery=edited("It is empty.", put("id", "")))
def id_not_empty(reading: Reading) -> Statements:
    """`id` is not empty."""
    if reading.completion.id == "":
        yield says(reading, "/id", "some text", "")


@reads("response.id-prefix", where=document, forgery=edited("A bare id.", put("id", "8f2c-44")))
def id_prefix(reading: Reading) -> Statements:
    """`id` is `chatcmpl-` and letters, digits, underscores or hyphens."""
    found = reading.completion.id
    if isinstance(found, str) and found and not _ID.fullmatch(found):
        yield says(reading, "/id", "chatcmpl- and letters, digits, _ or -", found)


@reads(
    "response.object",
    where=document,
    forgery=edited("It is called a chunk.", put("object", "chat.completion.chunk")),
)
def object_name(reading: Reading) -> Statements:
    """`object` is `chat.completion`."""
    if reading.completion.object != "chat.completion":
        yield says(reading, "/object", "chat.completion", reading.completion.object)


def _fractional(answer: Any) -> None:
    answer["created"] += 0.5


@reads(
    "response.created-integer", where=document, forgery=edited("It has a fraction.", _fractional)
)
def created_integer(reading: Reading) -> Statements:
    """`created` is an integer."""
    if integer(reading.completion.created) is None:
        yield says(reading, "/created", "an integer", reading.completion.created)


def _milliseconds(answer: Any) -> None:
    answer["created"] *= 1000


@reads(
    "response.created-seconds", where=document, forgery=edited("In milliseconds.", _milliseconds)
)
def created_seconds(reading: Reading) -> Statements:
    """`created` is in seconds, not in milliseconds."""
    created = reading.completion.created
    number = isinstance(created, int | float) and not isinstance(created, bool)
    if number and abs(created) > LATEST_SECONDS:
        yield says(reading, "/created", "Unix seconds", created)


def _a_year_ago(answer: Any) -> None:
    answer["created"] -= 31_536_000


@reads("response.created-now", where=document, forgery=edited("A year ago.", _a_year_ago))
def created_now(reading: Reading) -> Statements:
    """`created` is within a minute of the answer's own time."""
    created = integer(reading.completion.created)
    if created is None or abs(created) > LATEST_SECONDS:
        return
    exchange = reading.exchange
    end = reading.date if reading.date is not None else exchange.began + exchange.ended_at
    if not end:
        return
    if not end - exchange.ended_at - NEAR <= created <= end + NEAR:
        expected = f"within {NEAR:.0f} s of {end:.0f}, when it was made"
        yield says(reading, "/created", expected, created)


@reads("response.model", where=document, forgery=edited("It is null.", put("model", None)))
def model_named(reading: Reading) -> Statements:
    """`model` is a non-empty string."""
    found = reading.completion.model
    if not isinstance(found, str) or not found:
        yield says(reading, "/model", "the name of a model", found)


def _named(reading: Reading) -> bool:
    named = isinstance(reading.completion.model, str) and isinstance(reading.asked("model"), str)
    return document(reading) and named


@reads(
    "response.model-echo",
    where=_named,
    forgery=edited("Another model.", put("model", "another-model")),
)
def model_echo(reading: Reading) -> Statements:
    """`model` is the name that was asked for."""
    if reading.completion.model not in selectors(reading):
        yield says(reading, "/model", str(reading.asked("model")), reading.completion.model)


def _path(answer: Any) -> None:
    answer["model"] = "/srv/weights/" + answer["model"]


@reads("response.model-not-mangled", where=_named, forgery=edited("A path.", _path))
def model_not_mangled(reading: Reading) -> Statements:
    """`model` is no file path, nor the name asked for in another case or without its vendor."""
    found, asked = reading.completion.model, str(reading.asked("model"))
    if found == asked:
        return
    path = found.startswith(("/", "~", "./", "file:")) or re.match(r"[A-Za-z]:\\", found)
    if path or found.lower() == asked.lower() or found == asked.rpartition("/")[2]:
        yield says(reading, "/model", f"{asked}, or a name of its own", found)
