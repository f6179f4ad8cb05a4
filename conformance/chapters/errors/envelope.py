"""The envelope of every refusal met in the run: JSON, an error object, and its four parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.catalogue import ExchangeForgery, Statements, reads
from conformance.error_view import Envelope
from conformance.exchange import Ending, Exchange
from conformance.json_view import ABSENT, kind
from conformance.kinds import refusal
from conformance.reading import Reading
from conformance.verdict import Finding
from openapi import contract

EDGE = frozenset({411, 413, 414, 415})
"""Statuses that a proxy in front may have answered with."""
NOT_ALLOWED = 405
_NOISE = frozenset({408, 429})
_STATES = ("over_limit", "without_credit", "small_quota", "failing_upstream", "saturated_upstream")
_WORDS_FOR_NOTHING = frozenset({"none", "null", "undefined", "nil", "nan"})
_NAMES = {
    Envelope.STRING: "a text in the place of the error object",
    Envelope.FLAT: "the error's parts at the top, without `error`",
    Envelope.DETAIL: "`detail`, as frameworks answer",
    Envelope.VENDOR: "another vendor's envelope",
    Envelope.TEXT: "a text",
}


def asked_for(reading: Reading) -> bool:
    """Whether the request's key is one whose account is meant to be refused."""
    return any(f"{{{role}" in (reading.exchange.request.authorization or "") for role in _STATES)


def settled(reading: Reading) -> bool:
    """A refusal by the API itself: whole, with a body, and no noise that another try ends."""
    request, status = reading.exchange.request, reading.status or 0
    if not refusal(reading) or reading.exchange.ending is not Ending.COMPLETE or status == 431:
        return False
    if request.method in ("HEAD", "OPTIONS") or request.sending.content_length is not None:
        return False
    if request.at_root and reading.setting.scope != "gateway":
        return False
    noise = status in _NOISE or status >= 500
    return not noise or reading.exchange.attempt > 1 or asked_for(reading)


def _by_the_edge(reading: Reading) -> bool:
    if reading.status == NOT_ALLOWED:
        return not reading.json.ok
    return reading.status in EDGE


def spoken(reading: Reading) -> bool:
    """A refusal that chat, models or the router made, not a proxy."""
    return settled(reading) and not _by_the_edge(reading)


def _enveloped(reading: Reading) -> bool:
    return spoken(reading) and reading.error.kind is Envelope.OPENAI


def part_edited(name: str, value: Any, words: str) -> ExchangeForgery:
    """Return a forgery that sets, or with ABSENT removes, one part of the error."""

    def edit(document: Any) -> None:
        if value is ABSENT:
            del document["error"][name]
        else:
            document["error"][name] = value

    def forgery(exchange: Exchange) -> Exchange | None:
        reading = Reading(exchange)
        held = reading.error.kind is Envelope.OPENAI and getattr(reading.error, name) is not ABSENT
        return forge.with_json(exchange, edit) if held else None

    forgery.__doc__ = words
    return forgery


def _shown(reading: Reading) -> str:
    label = reading.media_type or "unlabelled"
    what = _NAMES.get(reading.error.kind, reading.error.kind.value)
    return f"{what} ({reading.status}, {label}): {reading.snippet(most=120)}"


def _as_page(exchange: Exchange) -> Exchange:
    """The refusal is a page for people."""
    return forge.with_body(exchange, b"<html><body><h1>Not found</h1></body></html>")


@reads("errors.json", where=spoken, forgery=_as_page)
def is_json(reading: Reading) -> Statements:
    """The body of a refusal is a JSON object."""
    if not isinstance(reading.json.value, dict) or not reading.json.ok:
        yield Finding(reading.at_offset(0), "a JSON object", _shown(reading), reading.id)


def _labelled_html(exchange: Exchange) -> Exchange:
    """The JSON is labelled as HTML."""
    return forge.with_header(exchange, "content-type", "text/html")


def _holds_json(reading: Reading) -> bool:
    return settled(reading) and reading.json.ok


@reads("errors.media-type", where=_holds_json, forgery=_labelled_html)
def media_type(reading: Reading) -> Statements:
    """The JSON of a refusal is labelled as JSON."""
    label = reading.media_type
    if label != "application/json" and not label.endswith("+json"):
        shown = label or "no Content-Type"
        where = reading.at_header("content-type")
        yield Finding(where, "application/json", shown, reading.id)


def _unwrapped(exchange: Exchange) -> Exchange:
    """The parts of the error stand at the top."""
    return forge.with_json(exchange, lambda document: {"detail": document["error"]["message"]})


def _object(reading: Reading) -> bool:
    return spoken(reading) and reading.json.ok and isinstance(reading.json.value, dict)


@reads("errors.object", where=_object, forgery=_unwrapped)
def error_object(reading: Reading) -> Statements:
    """A refusal has an `error` that is an object."""
    if not isinstance(reading.json.at("error"), dict):
        yield Finding(reading.at_pointer("/error"), "an object", _shown(reading), reading.id)


def _edge(reading: Reading) -> bool:
    return settled(reading) and (reading.status in EDGE or reading.status == NOT_ALLOWED)


@reads("errors.edge-envelope", where=_edge, forgery=_as_page, rare=True)
def edge_envelope(reading: Reading) -> Statements:
    """A refusal of method, size or media type is a JSON error with message and type too."""
    error = reading.error
    whole = error.kind is Envelope.OPENAI and error.text.strip() and isinstance(error.type, str)
    if not whole:
        expected = '{"error": {"message": ..., "type": ...}}'
        yield Finding(reading.at_offset(0), expected, _shown(reading), reading.id)


def _text_in(name: str) -> Callable[[Reading], Statements]:
    def judge(reading: Reading) -> Statements:
        value = getattr(reading.error, name)
        if not isinstance(value, str) or not value.strip():
            shown = "absent" if value is ABSENT else repr(value)[:100]
            where = reading.at_pointer(f"/error/{name}")
            yield Finding(where, "a text that is not empty", shown, reading.id)

    judge.__doc__ = f"`error.{name}` is a non-empty string."
    return judge


reads("errors.message", where=_enveloped, forgery=part_edited("message", "", "It says nothing."))(
    _text_in("message")
)
reads("errors.type", where=_enveloped, forgery=part_edited("type", None, "It has no type."))(
    _text_in("type")
)


def _there(name: str) -> Callable[[Reading], Statements]:
    def judge(reading: Reading) -> Statements:
        if getattr(reading.error, name) is ABSENT:
            where = reading.at_pointer(f"/error/{name}")
            yield Finding(where, "a text or null", "absent", reading.id)

    judge.__doc__ = f"`error.{name}` is there."
    return judge


reads("errors.param", where=_enveloped, forgery=part_edited("param", ABSENT, "No param."))(
    _there("param")
)
reads("errors.code", where=_enveloped, forgery=part_edited("code", ABSENT, "No code."))(
    _there("code")
)


@reads("errors.param-text", where=_enveloped, forgery=part_edited("param", 0, "It is 0."))
def param_text(reading: Reading) -> Statements:
    """`error.param`, where sent, is a string or null."""
    value = reading.error.param
    if value is not ABSENT and value is not None and not isinstance(value, str):
        where = reading.at_pointer("/error/param")
        yield Finding(where, "a text or null", f"{kind(value)} {value!r}"[:80], reading.id)


@reads("errors.code-text", where=_enveloped, forgery=part_edited("code", 400, "A number."))
def code_text(reading: Reading) -> Statements:
    """`error.code`, where sent, is a word or null, not a number, nor one in quotes."""
    value = reading.error.code
    if value is ABSENT or value is None:
        return
    if not isinstance(value, str) or value.strip().isdigit():
        where = reading.at_pointer("/error/code")
        yield Finding(where, "a word or null", f"{kind(value)} {value!r}"[:80], reading.id)


@reads("errors.no-none", where=_enveloped, forgery=part_edited("param", "None", "In words."))
def no_none(reading: Reading) -> Statements:
    """What is absent is null, not a word for nothing."""
    error = reading.error
    for name, value in (("type", error.type), ("param", error.param), ("code", error.code)):
        if isinstance(value, str) and value.strip().lower() in _WORDS_FOR_NOTHING:
            where = reading.at_pointer(f"/error/{name}")
            yield Finding(where, "null, or a text that means something", repr(value), reading.id)


def _in_the_table(reading: Reading) -> bool:
    found = reading.error.kind is Envelope.OPENAI and reading.status in contract().errors
    return settled(reading) and found


@reads("errors.type-right", where=_in_the_table, forgery=part_edited("type", "api_error", "Other."))
def type_right(reading: Reading) -> Statements:
    """`error.type` is the contract's for the status."""
    expected = contract().errors[reading.status or 0].type
    if isinstance(reading.error.type, str) and reading.error.type != expected:
        where = reading.at_pointer("/error/type")
        shown = f"{reading.error.type[:60]!r} with {reading.status}"
        yield Finding(where, repr(expected), shown, reading.id)


def _named_in_the_table(reading: Reading) -> bool:
    return _in_the_table(reading) and (reading.status or 0) < 500


@reads(
    "errors.code-right", where=_named_in_the_table, forgery=part_edited("code", "error", "Other.")
)
def code_right(reading: Reading) -> Statements:
    """`error.code` of a 4xx is one that the contract has for the status."""
    known = contract().errors[reading.status or 0].codes
    if reading.error.code is not ABSENT and str(reading.error.code) not in known:
        where = reading.at_pointer("/error/code")
        shown = f"{reading.error.code!r}"[:60] + f" with {reading.status}"
        yield Finding(where, " or ".join(known), shown, reading.id)


def _with_choices(exchange: Exchange) -> Exchange:
    """The refusal holds choices."""
    return forge.with_json(exchange, lambda document: document.update(choices=[]))


@reads("errors.no-choices", where=_object, forgery=_with_choices)
def no_choices(reading: Reading) -> Statements:
    """A refusal holds no `choices`."""
    if reading.json.at("choices") is not ABSENT:
        yield Finding(reading.at_pointer("/choices"), "none", reading.snippet(), reading.id)
