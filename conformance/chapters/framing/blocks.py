"""The blocks of a stream and what stands in them, before a chunk means anything."""

from __future__ import annotations

import json
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.chapters.framing.labels import with_events
from conformance.excerpt import visible
from conformance.exchange import Ending, Exchange
from conformance.kinds import read_to_the_end
from conformance.oddity import Strange
from conformance.payloads import Flaw, flaws, merged
from conformance.reading import Reading
from conformance.verdict import Finding


def whole(reading: Reading) -> bool:
    """A stream that was read until its end, as HTTP has it."""
    return with_events(reading) and reading.exchange.ending is Ending.COMPLETE


def ended(reading: Reading) -> bool:
    """A stream that the target ended, in whichever way."""
    return with_events(reading) and read_to_the_end(reading)


def latin_1(exchange: Exchange) -> Exchange | None:
    """A character is written in Latin-1."""
    first = exchange.body.find(b'"content":"') + len(b'"content":"')
    return forge.with_body(exchange, exchange.body[:first] + b"\xe9" + exchange.body[first:])


@reads("framing.utf8", where=ended, forgery=latin_1)
def utf8(reading: Reading) -> Statements:
    """Every byte of a stream belongs to a UTF-8 character."""
    # A body that broke off may end within a character; that is another finding.
    end = len(reading.content) - (3 if reading.exchange.ending is not Ending.COMPLETE else 0)
    for offset in reading.utf8_errors:
        if offset < end:
            yield Finding(
                reading.at_offset(offset),
                "UTF-8",
                reading.snippet(max(offset - 30, 0), offset + 10),
                reading.id,
            )


def without_a_blank_line(exchange: Exchange) -> Exchange | None:
    """Two events are no longer kept apart."""
    if len(Reading(exchange).events) < 3:
        return None
    return forge.with_blocks(exchange, lambda blocks: [_closed_up(blocks[0]), *blocks[1:]])


def _closed_up(block: bytes) -> bytes:
    return block.rstrip(b"\r\n") + b"\n"


@reads("framing.blank-line", where=ended, forgery=without_a_blank_line)
def blank_line(reading: Reading) -> Statements:
    """No event holds two payloads, for want of a blank line between them."""
    for flawed in flaws(reading, Flaw.MERGED):
        count = reading.events[flawed.event].data_lines
        yield Finding(
            reading.at_event(flawed.event),
            "one payload, ended by a blank line",
            f"{count} data lines, each a payload of its own: "
            + reading.snippet_of_event(flawed.event, 100),
            reading.id,
        )
    tail = reading.decoded.observations.undispatched
    if tail is not None and merged(tail):
        yield Finding(
            reading.at_offset(tail.start),
            "a blank line after each payload",
            f"{tail.data_lines} data lines without one: {reading.snippet(tail.start, most=100)}",
            reading.id,
        )


def with_an_open_end(exchange: Exchange) -> Exchange | None:
    """The last blank line is missing."""
    body = exchange.body
    ends = len(body) - len(body.rstrip(b"\r\n"))
    if not ends or len(Reading(exchange).events) < 2:
        return None
    return forge.with_body(exchange, body[: len(body) - ends] + b"\n")


@reads("framing.last-block", where=whole, forgery=with_an_open_end, rare=True)
def last_block(reading: Reading) -> Statements:
    """No data stands in a last block without its blank line."""
    tail = reading.decoded.observations.undispatched
    if tail is not None and not merged(tail):
        yield Finding(
            reading.at_offset(tail.start, len(reading.content)),
            "a blank line at the end of the last event",
            reading.snippet(tail.start, most=120),
            reading.id,
        )


def with_cut_json(exchange: Exchange) -> Exchange | None:
    """The JSON of the first event is cut short."""
    return forge.with_chunks(exchange, lambda payloads: [_cut(payloads[0]), *payloads[1:]])


def _cut(payload: Any) -> str:
    return json.dumps(payload)[:-3]


@reads("framing.data-json", where=ended, forgery=with_cut_json)
def data_json(reading: Reading) -> Statements:
    """The data of each event is JSON, unless it is a sentinel, a comment or several payloads."""
    for flawed in flaws(reading, Flaw.OTHER):
        yield Finding(
            reading.at_event(flawed.event),
            "one JSON text, or [DONE]",
            f"data that {flawed.problem}: {reading.snippet_of_event(flawed.event, 120)}",
            reading.id,
        )


def with_doubled_name(exchange: Exchange) -> Exchange | None:
    """A payload has two members `object`."""
    if b'{"id":' not in exchange.body:
        return None
    return forge.with_bytes(exchange, b'{"id":', b'{"object":"","id":', 1)


@reads("framing.unique-names", where=with_events, forgery=with_doubled_name)
def unique_names(reading: Reading) -> Statements:
    """No object in a payload names a member twice."""
    for odd in reading.stream.odd(Strange.DUPLICATE_KEY):
        event = odd.event or 0
        yield Finding(
            reading.at_event(event),
            "each name once in an object",
            f"{visible(str(odd.value), 40)!r} twice: {reading.snippet_of_event(event, 120)}",
            reading.id,
        )


def with_half_a_character(exchange: Exchange) -> Exchange | None:
    """A delta begins with half a surrogate pair."""
    if b'"content":"' not in exchange.body:
        return None
    return forge.with_bytes(exchange, b'"content":"', b'"content":"\\ud83d', 1)


@reads("framing.whole-characters", where=with_events, forgery=with_half_a_character)
def whole_characters(reading: Reading) -> Statements:
    """No string of a payload holds half a surrogate pair."""
    for odd in reading.stream.odd(Strange.LONE_SURROGATE):
        event = odd.event or 0
        yield Finding(
            reading.at_event(event),
            "whole characters",
            f"a surrogate without its other half: {reading.snippet_of_event(event, 200)}",
            reading.id,
        )


def with_comment_as_data(exchange: Exchange) -> Exchange:
    """A comment travels as data."""
    return forge.with_event(exchange, 0, ": PROCESSING")


@reads("framing.comment-kept", where=with_events, forgery=with_comment_as_data)
def comment_kept(reading: Reading) -> Statements:
    """No data begins with a colon."""
    for flawed in flaws(reading, Flaw.COMMENT):
        yield Finding(
            reading.at_event(flawed.event),
            "a line that begins with a colon",
            reading.snippet_of_event(flawed.event, 100),
            reading.id,
        )


def with_quoted_sentinel(exchange: Exchange) -> Exchange | None:
    """The sentinel stands in quotes."""
    if b"[DONE]" not in exchange.body:
        return None
    return forge.with_bytes(exchange, b"[DONE]", b'"[DONE]"')


@reads("framing.sentinel-exact", where=with_events, forgery=with_quoted_sentinel)
def sentinel_exact(reading: Reading) -> Statements:
    """No payload is nearly the sentinel."""
    for flawed in flaws(reading, Flaw.SENTINEL):
        yield Finding(
            reading.at_event(flawed.event),
            "data: [DONE]",
            reading.snippet_of_event(flawed.event, 60),
            reading.id,
        )


def with_event_name(exchange: Exchange) -> Exchange:
    """An event has a type of its own."""
    return forge.with_blocks(exchange, lambda blocks: [b"event: delta\n" + blocks[0], *blocks[1:]])


@reads("framing.event-name", where=with_events, forgery=with_event_name)
def event_name(reading: Reading) -> Statements:
    """Every event but an error's has the type `message`."""
    errors = {error.event for error in reading.stream.errors}
    for seen in reading.stream.types:
        if seen.event not in errors:
            yield Finding(
                reading.at_event(seen.event),
                "no event field, or `event: message`",
                f"event: {visible(str(seen.value), 40)}",
                reading.id,
            )
