"""The choices of a chunk: indexes, deltas, roles, texts."""

from __future__ import annotations

import itertools
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.chapters.stream.identity import shown, with_chunks
from conformance.choice import Choice
from conformance.excerpt import visible
from conformance.exchange import Exchange
from conformance.json_view import ABSENT, integer
from conformance.kinds import read_to_the_end
from conformance.oddity import Oddity, Strange
from conformance.payloads import chunks
from conformance.reading import Reading
from conformance.verdict import Finding

_RUN = 4
"""Deltas in a row that must each hold the one before, to be more than chance."""
_REPEATED = 20
"""Characters that a last delta must repeat, to be more than chance."""


def first_choice(chunk: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a chunk whose first choice is changed; `...` takes a member away."""
    choices = [dict(choice) for choice in chunk["choices"]]
    for name, value in changes.items() if choices else ():
        choices[0][name] = value
        if value is ...:
            del choices[0][name]
    return {**chunk, "choices": choices}


def odd_in_chunks(reading: Reading, ending: str, *kinds: Strange) -> list[Oddity]:
    """Return the oddities of some kinds whose pointer ends so, of chunks that report no error."""
    events = {chunk.event for chunk in chunks(reading)}
    return [
        odd
        for odd in reading.stream.odd(*kinds)
        if odd.event in events and odd.pointer.endswith(ending)
    ]


def wrong(reading: Reading, odd: Oddity, expected: str) -> Finding:
    """Return the finding that an oddity makes."""
    where = reading.at_event(odd.event or 0, odd.pointer)
    return Finding(where, expected, shown(odd.value), reading.id)


def null_choices(exchange: Exchange) -> Exchange:
    """The choices of a chunk are null."""
    return forge.at_chunk(exchange, 0, lambda chunk: {**chunk, "choices": None})


@reads("stream.choices", where=with_chunks, forgery=null_choices)
def choices(reading: Reading) -> Statements:
    """`choices` is an array of objects in each chunk."""
    for chunk in chunks(reading):
        value = chunk.value.get("choices", ABSENT)
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            continue
        where = reading.at_event(chunk.event, "/choices")
        yield Finding(where, "an array of objects", shown(value), reading.id)


def empty_choices(exchange: Exchange) -> Exchange:
    """A chunk without choices comes first."""
    first = Reading(exchange).stream.chunks[0].value
    return forge.with_event(exchange, 0, {**first, "choices": []})


@reads("stream.no-empty-choices", where=with_chunks, forgery=empty_choices)
def no_empty_choices(reading: Reading) -> Statements:
    """Empty `choices` stand only beside a usage object that was asked for."""
    for chunk in chunks(reading):
        if chunk.value.get("choices") != []:
            continue
        if reading.wanted_usage and isinstance(chunk.value.get("usage"), dict):
            continue
        asked = "no usage object on it" if reading.wanted_usage else "usage was not asked for"
        yield Finding(
            reading.at_event(chunk.event, "/choices"),
            "at least one choice",
            f"[], and {asked}",
            reading.id,
        )


def without_index(exchange: Exchange) -> Exchange:
    """A choice has no index."""
    return forge.at_chunk(exchange, 0, lambda chunk: first_choice(chunk, index=...))


@reads("stream.index", where=with_chunks, forgery=without_index)
def index(reading: Reading) -> Statements:
    """Every choice has an integer `index`."""
    for odd in odd_in_chunks(reading, "/index", Strange.MISSING, Strange.WRONG_TYPE):
        if "tool_calls" not in odd.pointer:
            yield wrong(reading, odd, "an integer")


def counted_from_one(exchange: Exchange) -> Exchange:
    """Indexes count from one."""

    def change(chunk: dict[str, Any]) -> None:
        for choice in chunk["choices"]:
            choice["index"] += 1

    return forge.each_chunk(exchange, change)


@reads("stream.index-range", where=with_chunks, forgery=counted_from_one)
def index_range(reading: Reading) -> Statements:
    """Indexes lie between 0 and n-1."""
    count = integer(reading.asked("n")) or 1
    for choice in reading.stream.choices:
        if not 0 <= choice.index < count:
            yield Finding(
                reading.at_event(choice.first, "/choices"),
                f"an index from 0 to {count - 1}",
                str(choice.index),
                reading.id,
            )


def without_delta(exchange: Exchange) -> Exchange:
    """A choice has no delta."""
    return forge.at_chunk(exchange, 1, lambda chunk: first_choice(chunk, delta=...))


@reads("stream.delta", where=with_chunks, forgery=without_delta)
def delta(reading: Reading) -> Statements:
    """Every choice has a `delta` object."""
    for odd in odd_in_chunks(reading, "/delta", Strange.MISSING, Strange.WRONG_TYPE):
        yield wrong(reading, odd, "an object")


def with_message(exchange: Exchange) -> Exchange:
    """A choice has a message beside its delta."""
    message = {"role": "assistant", "content": ""}
    return forge.at_chunk(exchange, 0, lambda chunk: first_choice(chunk, message=message))


@reads("stream.no-message", where=with_chunks, forgery=with_message)
def no_message(reading: Reading) -> Statements:
    """No choice has a `message` that is an object."""
    for odd in odd_in_chunks(reading, "/message", Strange.MESSAGE_IN_CHUNK):
        if odd.value is not None:
            yield wrong(reading, odd, "no message: a chunk has a delta")


def _at_first_delta(exchange: Exchange, **changes: Any) -> Exchange:
    def change(chunk: dict[str, Any]) -> dict[str, Any]:
        before = chunk["choices"][0]["delta"] if chunk["choices"] else {}
        after = {**before, **changes}
        return first_choice(
            chunk, delta={name: value for name, value in after.items() if value is not ...}
        )

    return forge.at_chunk(exchange, 0, change)


def without_role(exchange: Exchange) -> Exchange:
    """The first delta has no role."""
    return _at_first_delta(exchange, role=...)


@reads("stream.role-first", where=with_chunks, forgery=without_role)
def role_first(reading: Reading) -> Statements:
    """No choice says anything, or ends, before its role."""
    early = (Strange.TEXT_BEFORE_ROLE, Strange.FINISH_BEFORE_ROLE)
    told: set[str] = set()
    for odd in odd_in_chunks(reading, "", *early):
        place = odd.pointer.rpartition("/delta")[0] or odd.pointer
        if place not in told:
            told.add(place)
            yield Finding(
                reading.at_event(odd.event or 0, odd.pointer),
                "the role of the choice, here or before",
                f"{shown(odd.value)} and no role yet",
                reading.id,
            )


def role_model(exchange: Exchange) -> Exchange:
    """The role is `model`."""
    return _at_first_delta(exchange, role="model")


@reads("stream.role-known", where=with_chunks, forgery=role_model)
def role_known(reading: Reading) -> Statements:
    """A role that is given is `assistant`."""
    for choice in reading.stream.choices:
        for seen in choice.roles:
            if seen.value != "assistant":
                yield Finding(
                    reading.at_event(seen.event, f"/choices/{choice.index}/delta/role"),
                    "assistant, null or absent",
                    shown(seen.value),
                    reading.id,
                )
                break


def number_as_content(exchange: Exchange) -> Exchange:
    """A content is a number."""
    return _at_first_delta(exchange, content=7)


@reads("stream.content-text", where=with_chunks, forgery=number_as_content)
def content_text(reading: Reading) -> Statements:
    """A content that is given is a string."""
    for odd in odd_in_chunks(reading, "/delta/content", Strange.WRONG_TYPE):
        yield wrong(reading, odd, "a string, null or absent")


def _growing(exchange: Exchange) -> Exchange | None:
    reading = Reading(exchange)
    choice = reading.stream.choice(0)
    if len(reading.stream.choices) != 1 or choice is None or len(choice.pieces) < _RUN:
        return None
    so_far = ""

    def change(chunk: dict[str, Any]) -> None:
        nonlocal so_far
        for each in chunk["choices"]:
            if each["delta"].get("content"):
                so_far += each["delta"]["content"]
                each["delta"]["content"] = so_far

    return forge.each_chunk(exchange, change)


@reads("stream.not-cumulative", where=with_chunks, forgery=_growing)
def not_cumulative(reading: Reading) -> Statements:
    """Deltas do not each begin with the one before, and the last is not all of them."""
    for choice in reading.stream.choices:
        texts = [str(piece.value) for piece in choice.pieces]
        grows = len(texts) >= _RUN and all(
            len(after) > len(before) and after.startswith(before)
            for before, after in itertools.pairwise(texts)
        )
        if grows or _repeats_all(choice, texts, reading):
            yield Finding(
                reading.at_event(choice.pieces[-1].event, f"/choices/{choice.index}/delta/content"),
                "only what is new",
                f"all so far again: {visible(texts[-1], 80)}",
                reading.id,
            )


def _repeats_all(choice: Choice, texts: list[str], reading: Reading) -> bool:
    if len(texts) < _RUN or not read_to_the_end(reading):
        return False
    before = "".join(texts[:-1])
    return len(before) >= _REPEATED and texts[-1].strip() == before.strip() and choice.text != ""
