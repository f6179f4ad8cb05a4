"""Logprobs: given where asked for, in the shape of chat, about the text that was answered."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from conformance import excerpt, forge, retelling
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.sampling.choices import place
from conformance.exchange import Exchange
from conformance.json_view import ABSENT, dig, kind, mapping
from conformance.kinds import chat_answer, read_to_the_end
from conformance.obtained import obtained, refusal, refused
from conformance.probe import Transcript
from conformance.probes.logprobs import ASKED, MORE_LOGPROBS, given
from conformance.reading import Reading
from conformance.verdict import Finding

ROUNDING = 1e-4
"""How far above zero a logarithm may be for want of precision."""


VEILED = re.compile("\ufffd|^bytes:|^<0x|\u2581|\u0120|\u010a|\\\\x[0-9a-fA-F]{2}")
"""Tokens whose text is not what they add to the answer: bytes of a character are spelled out."""


class Found(NamedTuple):
    """One `logprobs` of a choice, or of a chunk of it, and where it stands."""

    where: str
    value: Any


class Entry(NamedTuple):
    """One token's entry that is an object, and where it stands."""

    where: str
    value: dict[str, Any]


def found(reading: Reading) -> Iterator[Found]:
    """Return every `logprobs` that is not null, in either mode."""
    if not reading.is_stream:
        for choice in reading.completion.choices:
            value = choice.raw.get("logprobs")
            if value is not None:
                yield Found(reading.at_pointer(f"/choices/{choice.position}/logprobs"), value)
        return
    for chunk in reading.stream.chunks:
        choices = chunk.value.get("choices")
        for position, raw in enumerate(choices if isinstance(choices, list) else ()):
            value = mapping(raw).get("logprobs")
            if value is not None:
                pointer = f"/choices/{position}/logprobs"
                yield Found(reading.at_event(chunk.event, pointer), value)


def entries(reading: Reading) -> Iterator[Entry]:
    """Return the entries of every token that are objects, in order."""
    for each in found(reading):
        content = dig(each.value, "content")
        for position, entry in enumerate(content if isinstance(content, list) else ()):
            if isinstance(entry, dict):
                yield Entry(f"{each.where}/content/{position}", entry)


def tops(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the alternatives of a token that are objects."""
    listed = entry.get("top_logprobs")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def number(value: object) -> float | None:
    """Return a value that is a number, and not NaN, as one."""
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        return None
    return float(value)


def with_logprobs(reading: Reading) -> bool:
    """An answer that was asked for logprobs and has some, in whatever shape."""
    wanted = chat_answer(reading) and reading.asked("logprobs") is True
    return wanted and read_to_the_end(reading) and given(reading)


def with_entries(reading: Reading) -> bool:
    """The same, with at least one entry of the right shape."""
    return with_logprobs(reading) and next(entries(reading), None) is not None


Edit = Callable[[list[dict[str, Any]]], object]


def edited(edit: Edit) -> Callable[[Exchange], Exchange]:
    """Return a forgery that edits every list of entries, in place."""

    def change(value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("content"), list):
            edit(value["content"])
        return value

    def forgery(exchange: Exchange) -> Exchange:
        return retelling.with_logprobs(exchange, change)

    return forgery


def dropped(exchange: Exchange) -> Exchange:
    """`logprobs` is null."""
    return retelling.with_logprobs(exchange, lambda _: None)


@judges(
    "sampling.logprobs-or-refused",
    on=ASKED,
    forgery=lambda transcript: transcript.replacing(dropped(transcript["on"].exchange)),
)
def logprobs_or_refused(transcript: Transcript) -> Statements:
    """`logprobs: true` brings `logprobs`, or a refusal."""
    reading = obtained(transcript, "on")
    if not given(reading):
        where = reading.at_pointer("/choices/0/logprobs")
        yield Finding(where, "logprobs, as asked for, or a refusal", "none", reading.id)


@judges(
    "sampling.logprobs-accepted",
    on=ASKED,
    forgery=lambda t: t.replacing(forge.with_status(t["on"].exchange, 400)),
)
def logprobs_accepted(transcript: Transcript) -> Statements:
    """`logprobs: true` with `top_logprobs: 2` is not refused."""
    if refused(transcript["on"]):
        yield refusal(transcript["on"])


@judges(
    "sampling.logprobs-stream",
    on=MORE_LOGPROBS,
    forgery=lambda transcript: transcript.replacing(
        dropped(transcript["foreign-streamed"].exchange)
    ),
)
def logprobs_stream(transcript: Transcript) -> Statements:
    """`logprobs: true` brings `logprobs` in a stream, or a refusal."""
    reading = obtained(transcript, "foreign-streamed", "no streams")
    if not given(reading):
        yield Finding(place(reading, 0), "logprobs, as in one piece", "none", reading.id)


@judges(
    "sampling.logprobs-alone",
    on=MORE_LOGPROBS,
    forgery=lambda t: t.replacing(forge.with_status(t["alone"].exchange, 400)),
)
def logprobs_alone(transcript: Transcript) -> Statements:
    """`logprobs: true` without `top_logprobs` is not refused."""
    if refused(transcript["alone"]):
        yield refusal(transcript["alone"], "200, as with top_logprobs")


def _unsaid(reading: Reading) -> list[int]:
    """Return the places of choices in an answer in one piece that have text and no `logprobs`."""
    if reading.is_stream:
        return []
    return [
        choice.position
        for choice in reading.completion.choices
        if choice.text and not choice.raw.get("logprobs")
    ]


def _last_unsaid(exchange: Exchange) -> Exchange | None:
    """The last of several choices has no `logprobs`."""

    def edit(document: Any) -> None:
        document["choices"][-1]["logprobs"] = None

    several = not Reading(exchange).is_stream and len(Reading(exchange).completion.choices) > 1
    return forge.with_json(exchange, edit) if several else None


@reads("sampling.logprobs-each-choice", where=with_logprobs, forgery=_last_unsaid, rare=True)
def logprobs_each_choice(reading: Reading) -> Statements:
    """Where one choice has `logprobs`, every choice with text has."""
    for position in _unsaid(reading):
        where = reading.at_pointer(f"/choices/{position}/logprobs")
        yield Finding(where, "logprobs, as another choice has them", "none", reading.id)


def legacy(value: Any) -> Any:
    """Return logprobs in the shape of the older completions."""
    content = value["content"]
    return {
        "tokens": [entry["token"] for entry in content],
        "token_logprobs": [entry["logprob"] for entry in content],
        "top_logprobs": None,
        "text_offset": [0 for _ in content],
    }


@reads(
    "sampling.logprobs-shape",
    where=with_logprobs,
    forgery=lambda exchange: retelling.with_logprobs(exchange, legacy),
)
def logprobs_shape(reading: Reading) -> Statements:
    """`logprobs.content` is a list of objects with `token`, `logprob` and lists of others."""
    for each in found(reading):
        content = dig(each.value, "content")
        if content is None or (content == [] and reading.is_stream):
            continue
        if not isinstance(content, list):
            names = ", ".join(map(str, mapping(each.value))) or kind(each.value)
            yield Finding(each.where, "an object with a list `content`", names, reading.id)
            continue
        for position, entry in enumerate(content):
            wrong = _wrong(entry)
            if wrong:
                where = f"{each.where}/content/{position}"
                yield Finding(where, wrong, excerpt.visible_value(entry), reading.id)
                return


def _wrong(entry: object) -> str:
    """Say what an entry should have that it has not; empty where it is in order."""
    if not isinstance(entry, dict):
        return "an object with `token` and `logprob`"
    if not isinstance(entry.get("token"), str):
        return "`token`, a string"
    if kind(entry.get("logprob", ABSENT)) not in ("number", "integer"):
        return "`logprob`, a number"
    others = entry.get("top_logprobs", [])
    if others is None:
        return ""
    if not isinstance(others, list) or not all(isinstance(one, dict) for one in others):
        return "`top_logprobs`, a list of objects"
    return next((wrong for one in others if (wrong := _wrong(one))), "")


def probabilities(content: list[dict[str, Any]]) -> None:
    """Probabilities stand where logarithms are due."""
    for entry in content:
        entry["logprob"] = math.exp(entry["logprob"]) + 0.01


@reads("sampling.logprobs-values", where=with_entries, forgery=edited(probabilities), rare=True)
def logprobs_values(reading: Reading) -> Statements:
    """No logprob is above zero."""
    for each in entries(reading):
        for one in (each.value, *tops(each.value)):
            value = number(one.get("logprob"))
            if value is not None and value > ROUNDING:
                yield Finding(each.where, "a logarithm, at most 0", repr(value), reading.id)
                return
