"""What every chunk of a stream repeats: object, id, created, model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges, reads
from conformance.excerpt import visible_value
from conformance.exchange import Exchange
from conformance.json_view import ABSENT, integer, kind
from conformance.kinds import streamed
from conformance.oddity import Seen
from conformance.payloads import Flaw, chunks, flaws
from conformance.probe import Transcript
from conformance.probes.framing import FLUSHING
from conformance.reading import Reading
from conformance.selectors import selectors
from conformance.stream_view import distinct
from conformance.verdict import Finding

OBJECT = "chat.completion.chunk"
PREFIX = "chatcmpl-"
DAY = 86_400
NEAR = 60
"""Seconds by which `created` may differ from the answer's own time, its making not counted."""
_FEWEST = 4
"""Streams that must be there before two of one id are held against a target, whose ids may be short
and random."""


def with_chunks(reading: Reading) -> bool:
    """A stream that was asked for and holds chunks."""
    return streamed(reading) and reading.is_stream and bool(chunks(reading))


def shown(value: object) -> str:
    """Return a JSON value as JSON, or `absent`."""
    return "absent" if value is ABSENT else f"{kind(value)} {visible_value(value, 100)}"


def member(reading: Reading, name: str) -> Iterator[Seen]:
    """Return a member of every chunk, ABSENT where it is not there."""
    for chunk in chunks(reading):
        yield Seen(chunk.event, chunk.value.get(name, ABSENT))


def _each(name: str, value: Any) -> Callable[[Exchange], Exchange]:
    def forged(exchange: Exchange) -> Exchange:
        return forge.each_chunk(exchange, lambda chunk: {**chunk, name: value})

    return forged


def _last(name: str, value: Any) -> Callable[[Exchange], Exchange | None]:
    """Change a member of the last chunk before the sentinel."""

    def forged(exchange: Exchange) -> Exchange | None:
        reading = Reading(exchange)
        found = chunks(reading)
        if len(found) < 2:
            return None
        return forge.at_chunk(exchange, found[-1].event, lambda chunk: {**chunk, name: value})

    return forged


def _wrong(reading: Reading, seen: Seen, name: str, expected: str) -> Finding:
    where = reading.at_event(seen.event, f"/{name}")
    return Finding(where, expected, shown(seen.value), reading.id)


def not_an_object(exchange: Exchange) -> Exchange:
    """An event holds null."""
    return forge.with_event(exchange, 1, None)


@reads("stream.chunk-object", where=with_chunks, forgery=not_an_object)
def chunk_object(reading: Reading) -> Statements:
    """Every JSON payload is an object."""
    known = {chunk.event for chunk in reading.stream.chunks}
    known.update(event for event, _ in reading.stream.unread)
    known.update(reading.stream.sentinels)
    known.update(each.event for each in flaws(reading, Flaw.SENTINEL))
    for index in sorted(set(range(len(reading.events))) - known):
        yield Finding(
            reading.at_event(index),
            "a JSON object",
            reading.snippet_of_event(index, 100),
            reading.id,
        )


@reads("stream.object", where=with_chunks, forgery=_last("object", "chat.completion"))
def named_object(reading: Reading) -> Statements:
    """`object` is chat.completion.chunk in each chunk."""
    for seen in member(reading, "object"):
        if seen.value != OBJECT:
            yield _wrong(reading, seen, "object", f'"{OBJECT}"')


@reads("stream.id", where=with_chunks, forgery=_each("id", 7))
def identity(reading: Reading) -> Statements:
    """`id` is a string in each chunk."""
    for seen in member(reading, "id"):
        if not isinstance(seen.value, str):
            yield _wrong(reading, seen, "id", "a string")


@reads("stream.id-not-empty", where=with_chunks, forgery=_each("id", ""))
def identity_not_empty(reading: Reading) -> Statements:
    """`id` is no empty string."""
    for seen in member(reading, "id"):
        if seen.value == "":
            yield _wrong(reading, seen, "id", "an id")


@reads("stream.id-prefix", where=with_chunks, forgery=_each("id", "run-1"))
def identity_prefix(reading: Reading) -> Statements:
    """`id` begins with chatcmpl-."""
    for seen in member(reading, "id"):
        if isinstance(seen.value, str) and seen.value and not seen.value.startswith(PREFIX):
            yield _wrong(reading, seen, "id", f"an id that begins with {PREFIX}")


def _constant(reading: Reading, name: str, values: list[Seen]) -> Statements:
    different = distinct(values)
    if len(different) > 1:
        first, second = different[:2]
        yield Finding(
            reading.at_event(second.event, f"/{name}"),
            f"{visible_value(first.value)}, as in event {first.event}",
            f"{visible_value(second.value)}; {len(different)} values in all",
            reading.id,
        )


@reads("stream.id-constant", where=with_chunks, forgery=_last("id", "chatcmpl-other"))
def identity_constant(reading: Reading) -> Statements:
    """One `id` in all chunks."""
    seen = [each for each in member(reading, "id") if isinstance(each.value, str)]
    yield from _constant(reading, "id", seen)


@reads("stream.created-constant", where=with_chunks, forgery=_last("created", 1_700_000_000))
def created_constant(reading: Reading) -> Statements:
    """One `created` in all chunks."""
    seen = [each for each in member(reading, "created") if isinstance(each.value, int | float)]
    yield from _constant(reading, "created", seen)


@reads("stream.model-constant", where=with_chunks, forgery=_last("model", "other"))
def model_constant(reading: Reading) -> Statements:
    """One `model` in all chunks that name one."""
    seen = [each for each in member(reading, "model") if each.value not in (ABSENT, None)]
    yield from _constant(reading, "model", seen)


def sharing_an_id(transcript: Transcript) -> Transcript:
    """Every stream has the same id."""
    return transcript.with_exchanges(map(_each("id", "chatcmpl-1"), transcript.exchanges))


@judges("stream.id-unique", on=FLUSHING, forgery=sharing_an_id)
def identity_unique(transcript: Transcript) -> Statements:
    """Streams, some of them of equal requests, do not share ids; chance may join two."""
    first: dict[str, Reading] = {}
    for reading in transcript.readings:
        ids = [seen.value for seen in member(reading, "id") if isinstance(seen.value, str)]
        if reading.ok and ids and ids[0]:
            first.setdefault(ids[0], reading)
    streams = [reading for reading in transcript.readings if reading.ok and reading.stream.ids]
    strict = transcript.setting.scope == "gateway"
    if len(streams) < _FEWEST or not first:
        return
    if len(first) <= len(streams) // 2 or (strict and len(first) < len(streams)):
        last = streams[-1]
        shared = ", ".join(visible_value(each, 60) for each in list(first)[:3])
        yield Finding(
            last.at_event(last.stream.ids[0].event, "/id"),
            f"{len(streams)} ids for {len(streams)} streams",
            f"{len(first)}: {shared}",
            last.id,
        )


@reads("stream.created-integer", where=with_chunks, forgery=_each("created", 1_700_000_000.5))
def created_integer(reading: Reading) -> Statements:
    """`created` is an integer in each chunk."""
    for seen in member(reading, "created"):
        if integer(seen.value) is None:
            yield _wrong(reading, seen, "created", "an integer")


@reads("stream.created-seconds", where=with_chunks, forgery=_each("created", 1_700_000_000_000))
def created_seconds(reading: Reading) -> Statements:
    """`created` is within a day of the answer, by its Date or by our clock."""
    clocks = [reading.exchange.began, *([reading.date] if reading.date is not None else [])]
    for seen in member(reading, "created"):
        if isinstance(seen.value, bool) or not isinstance(seen.value, int | float):
            continue
        if all(abs(seen.value - clock) > DAY for clock in clocks):
            now = int(clocks[0])
            yield _wrong(reading, seen, "created", f"Unix seconds near {now}")
            return


def _two_hours_ago(exchange: Exchange) -> Exchange:
    """Every chunk tells when the server was started."""
    return forge.each_chunk(exchange, lambda chunk: {**chunk, "created": chunk["created"] - 7200})


@reads("stream.created-now", where=with_chunks, forgery=_two_hours_ago)
def created_now(reading: Reading) -> Statements:
    """`created` is within a minute of the answer; a day off is told by another requirement."""
    exchange = reading.exchange
    begun = reading.date if reading.date is not None else exchange.began
    earliest, latest = begun - exchange.ended_at - NEAR, begun + exchange.ended_at + NEAR
    for seen in member(reading, "created"):
        if isinstance(seen.value, bool) or not isinstance(seen.value, int | float):
            continue
        if begun and abs(seen.value - begun) <= DAY and not earliest <= seen.value <= latest:
            yield _wrong(reading, seen, "created", f"within {NEAR} s of {begun:.0f}")
        return


@reads("stream.model", where=with_chunks, forgery=_each("model", None))
def model(reading: Reading) -> Statements:
    """`model` is a non-empty string in each chunk."""
    for seen in member(reading, "model"):
        if not isinstance(seen.value, str) or not seen.value:
            yield _wrong(reading, seen, "model", "a non-empty string")


@reads("stream.model-echo", where=with_chunks, forgery=_each("model", "gemma"))
def model_echo(reading: Reading) -> Statements:
    """`model` is what the request named."""
    asked = selectors(reading)
    for seen in member(reading, "model"):
        if isinstance(seen.value, str) and seen.value and seen.value not in asked:
            yield _wrong(reading, seen, "model", visible_value(reading.asked("model")))
