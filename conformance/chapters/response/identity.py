"""The ids of answers: one for each, whichever mode it came in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance import forge
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, judges
from conformance.exchange import Exchange
from conformance.kinds import completed_stream, completion
from conformance.probe import Transcript
from conformance.probes.always import OVERLAP
from conformance.reading import Reading
from conformance.verdict import Finding

MANY = 10
"""Answers among which two of a server that draws short ids at random may meet by chance."""


def _same_id(exchange: Exchange) -> Exchange:
    def edit(answer: Any) -> None:
        if isinstance(answer, dict) and "choices" in answer:
            answer["id"] = "chatcmpl-constant"

    tamper = forge.each_chunk if Reading(exchange).is_stream else forge.with_json
    return tamper(exchange, edit) if Reading(exchange).ok else exchange


def _one_id(transcript: Transcript) -> Transcript:
    """Every answer has one id."""
    return transcript.with_exchanges(map(_same_id, transcript.exchanges))


def _ids(readings: Iterable[Reading]) -> list[tuple[str, Reading]]:
    found = []
    for reading in readings:
        if not (completion(reading) or completed_stream(reading)):
            continue
        first = reading.stream.ids[0].value if reading.stream.ids else reading.completion.id
        if isinstance(first, str) and first:
            found.append((first, reading))
    return found


def _shared(transcript: Transcript, *, same_prompt: bool) -> Statements:
    seen: dict[str, list[Reading]] = {}
    found = _ids(transcript.readings)
    strict = transcript.setting.scope == "gateway" or same_prompt or len(found) < MANY
    for identity, reading in found:
        others = seen.setdefault(identity, [])
        others.append(reading)
        other = others[0]
        same = reading.asked("messages") == other.asked("messages")
        if len(others) > (1 if strict else 2) and same == same_prompt:
            shown = f"{identity!r}, as {other.id} has"
            yield Finding(reading.at_offset(0), "an id of its own", shown, reading.id)


@judges("response.id-unique", on=OVERLAP, forgery=_one_id)
def id_unique(transcript: Transcript) -> Statements:
    """No two answers to unlike questions share an id."""
    yield from _shared(transcript, same_prompt=False)


@judges("response.id-unique-again", on=BASELINE, forgery=_one_id)
def id_unique_again(transcript: Transcript) -> Statements:
    """No two answers to the same question share an id."""
    yield from _shared(transcript, same_prompt=True)
