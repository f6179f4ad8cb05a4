"""Every answer is text that a strict parser reads: UTF-8, and JSON without extensions."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.excerpt import visible
from conformance.exchange import Ending, Exchange
from conformance.interpretation import Interpretation
from conformance.json_view import Json
from conformance.oddity import Strange
from conformance.reading import Reading
from conformance.utf8 import UTF8
from conformance.verdict import Finding

_TEXTS = frozenset({Interpretation.JSON, Interpretation.SSE})


def structured(reading: Reading) -> bool:
    """A whole answer whose body is JSON or a stream of events."""
    complete = reading.exchange.ending is Ending.COMPLETE
    return complete and bool(reading.content) and reading.interpretation in _TEXTS


def extended(reading: Reading) -> list[tuple[str, Json]]:
    """Return what holds NaN or Infinity, of a body or of a stream's events, each with its place."""
    if not reading.is_stream:
        return [(reading.at_pointer(""), reading.json)] if reading.json.constants else []
    unread = reading.stream.unread
    return [(reading.at_event(event), document) for event, document in unread if document.constants]


def with_nan(exchange: Exchange) -> Exchange | None:
    """A number is NaN."""
    return _inserted(exchange, b'"x_odds":NaN')


def with_half_a_pair(exchange: Exchange) -> Exchange | None:
    """A string holds half a surrogate pair."""
    return _inserted(exchange, b'"x_text":"\\ud83c"')


def with_latin_1(exchange: Exchange) -> Exchange | None:
    """A string is written in Latin-1."""
    return _inserted(exchange, b'"x_text":"caf\xe9"')


def _inserted(exchange: Exchange, member: bytes) -> Exchange | None:
    exchange = forge.plain(exchange)
    if b"{" not in exchange.body:
        return None
    return forge.with_bytes(exchange, b"{", b"{" + member + b",", 1)


@reads("always.strict-json", where=structured, forgery=with_nan)
def strict_json(reading: Reading) -> Statements:
    """No NaN, no Infinity, no member twice."""
    for where, document in extended(reading):
        yield Finding(where, "JSON numbers", document.constants[0], reading.id)
    if not reading.is_stream:
        for name in reading.json.duplicate_keys[:1]:
            where = reading.at_pointer("")
            yield Finding(where, "each member once", f"{name[:60]!r} twice", reading.id)
    for odd in reading.stream.odd(Strange.DUPLICATE_KEY)[:1]:
        where = reading.at_event(odd.event or 0)
        yield Finding(where, "each member once", f"{str(odd.value)[:60]!r} twice", reading.id)


@reads("always.utf8", where=structured, forgery=with_latin_1)
def utf8(reading: Reading) -> Statements:
    """Every byte is part of UTF-8."""
    for offset in reading.utf8_errors[:1]:
        yield Finding(
            reading.at_offset(offset),
            "UTF-8",
            reading.snippet(max(offset - 10, 0), offset + 10),
            reading.id,
        )


def in_one_piece(reading: Reading) -> bool:
    """A whole answer in one piece whose body is JSON."""
    json = reading.interpretation is Interpretation.JSON and not reading.is_stream
    return structured(reading) and json


def called_latin_1(exchange: Exchange) -> Exchange | None:
    """The label says that it is Latin-1."""
    if Reading(exchange).is_stream:
        return None
    return forge.with_header(exchange, "content-type", "application/json; charset=iso-8859-1")


@reads("always.json-charset", where=in_one_piece, forgery=called_latin_1)
def json_charset(reading: Reading) -> Statements:
    """JSON that names a charset names utf-8."""
    if reading.charset is not None and reading.charset not in UTF8:
        where = reading.at_header("content-type")
        yield Finding(where, "utf-8, or none", visible(reading.charset), reading.id)


def well_asked(reading: Reading) -> bool:
    """A structured answer to a request that held no half of a surrogate pair itself."""
    return structured(reading) and not reading.request_json.lone_surrogates


@reads("always.no-lone-surrogate", where=well_asked, forgery=with_half_a_pair)
def no_lone_surrogate(reading: Reading) -> Statements:
    """No string holds half a surrogate pair."""
    if not reading.is_stream and reading.json.lone_surrogates:
        yield Finding(
            reading.at_pointer(""),
            "strings of whole characters",
            "half a surrogate pair",
            reading.id,
        )
    for odd in reading.stream.odd(Strange.LONE_SURROGATE)[:1]:
        where = reading.at_event(odd.event or 0)
        yield Finding(where, "strings of whole characters", "half a surrogate pair", reading.id)


def below_the_base(reading: Reading) -> bool:
    """A whole answer with a body, to a request below the base URL.

    Nobody reads what a preflight answers beside its headers; frameworks send a word of text.
    """
    exchange = reading.exchange
    complete = exchange.ending is Ending.COMPLETE and bool(reading.content)
    return complete and not exchange.request.at_root and exchange.request.method != "OPTIONS"


def a_page(exchange: Exchange) -> Exchange:
    """The answer is a page for people."""
    return forge.with_body(
        forge.with_header(exchange, "content-type", "text/html"), b"<html><h1>Oops</h1></html>"
    )


@reads("always.json-or-events", where=below_the_base, forgery=a_page)
def json_or_events(reading: Reading) -> Statements:
    """The body is JSON or a stream of events, not a page, nor plain text."""
    if not (reading.interpretation in _TEXTS or reading.is_stream or reading.json.ok):
        yield Finding(
            reading.at_offset(0),
            "JSON or events",
            f"{reading.interpretation.value}: {reading.snippet()}",
            reading.id,
        )
