"""Lies that lose, double, swap or change the text of a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import Prompt
from mock_server.faults import Chunks, fault
from mock_server.faults.stream.chunkwise import Json, choicewise, instructed, metered, several


def _text(chunk: Json) -> str:
    texts = [choice["delta"].get("content") or "" for choice in chunk["choices"]]
    return "".join(texts)


async def _numbered(chunks: Chunks) -> AsyncIterator[tuple[int, Json]]:
    """Yield chunks with the number of the text that they hold, from 1; 0 where they hold none."""
    number = 0
    async for chunk in chunks:
        held = bool(_text(chunk))
        number += held
        yield number if held else 0, chunk


def _loses(name: str, which: int, words: str, when: Callable[[Call], bool]) -> None:
    async def act(chunks: Chunks, call: Call) -> Chunks:
        async for number, chunk in _numbered(chunks):
            if number != which or not when(call):
                yield chunk

    act.__doc__ = words
    fault(name, at="chunks")(act)


_loses("stream.text-equal", 2, "Lose the second text of a stream.", lambda call: True)
_loses("stream.text-equal/first", 1, "Lose the first text of a stream.", lambda call: True)
_loses("stream.text-equal/late", 40, "Lose the fortieth text of a stream.", lambda call: True)
_loses("stream.text-equal/metered", 3, "Lose a text of a stream that counts usage.", metered)
_loses("stream.text-equal/choices", 6, "Lose a text where there are several choices.", several)


@fault("stream.text-equal/doubled", at="chunks")
async def says_it_twice(chunks: Chunks, call: Call) -> Chunks:
    """Send the fourth text of a stream twice."""
    del call
    async for number, chunk in _numbered(chunks):
        yield chunk
        if number == 4:
            yield chunk


@fault("stream.text-equal/swapped", at="chunks")
async def swaps(chunks: Chunks, call: Call) -> Chunks:
    """Swap the third and fourth text of a stream."""
    del call
    held: Json | None = None
    async for number, chunk in _numbered(chunks):
        if number == 3:
            held = chunk
            continue
        yield chunk
        if held is not None:
            yield held
            held = None


@fault("stream.text-equal/last", at="chunks")
async def loses_the_last(chunks: Chunks, call: Call) -> Chunks:
    """Lose the last text of a stream."""
    del call
    held: Json | None = None
    async for number, chunk in _numbered(chunks):
        if number:
            if held is not None:
                yield held
            held = chunk
        else:
            if held is not None and not _ends(chunk):
                yield held
            held = None
            yield chunk


def _ends(chunk: Json) -> bool:
    return any(choice["finish_reason"] for choice in chunk["choices"])


@fault("stream.text-equal/sampled", at="prompt")
def samples(prompt: Prompt, call: Call) -> Prompt:
    """Sample streams at temperature 1 whatever was asked."""
    if not call.streams:
        return prompt
    return replace(prompt, temperature=1.0, occurrence=call.number)


@fault("stream.text-equal/system", at="prompt")
def forgets_instructions(prompt: Prompt, call: Call) -> Prompt:
    """Leave the system message out of streams."""
    if not call.streams or not instructed(call):
        return prompt
    first = prompt.turns[0]
    turn = replace(first, text=first.text.rpartition("\n\n")[2])
    return replace(prompt, turns=(turn, *prompt.turns[1:]))


@fault("stream.text-equal/turns", at="prompt")
def forgets_turns(prompt: Prompt, call: Call) -> Prompt:
    """Leave all turns but the last out of streams."""
    return replace(prompt, turns=prompt.turns[-1:]) if call.streams else prompt


@fault("stream.text-equal/characters", at="chunks")
async def drops_characters(chunks: Chunks, call: Call) -> Chunks:
    """Drop characters beyond ASCII from streams."""
    del call
    async for chunk in chunks:
        for choice in chunk["choices"]:
            content = choice["delta"].get("content")
            if content:
                choice["delta"]["content"] = content.encode("ascii", "ignore").decode()
        yield chunk


@fault("stream.edges-equal", at="chunks")
async def begins_with_a_blank(chunks: Chunks, call: Call) -> Chunks:
    """Begin every stream with a blank."""
    del call
    begun: set[int] = set()
    async for chunk in chunks:
        for choice in chunk["choices"]:
            if choice["delta"].get("content") and choice["index"] not in begun:
                begun.add(choice["index"])
                choice["delta"]["content"] = " " + choice["delta"]["content"]
        yield chunk


def _edit_content(choice: Json, edit: Callable[[str], str]) -> None:
    if choice["delta"].get("content"):
        choice["delta"]["content"] = edit(choice["delta"]["content"])


@choicewise("stream.blanks-kept")
def strips(choice: Json, number: int) -> None:
    """Strip every delta of its blanks."""
    del number
    _edit_content(choice, lambda text: text.strip(" "))


@choicewise("stream.newlines-kept")
def drops_newlines(choice: Json, number: int) -> None:
    """Drop line feeds."""
    del number
    _edit_content(choice, lambda text: text.replace("\n", ""))


@choicewise("stream.not-empty")
def says_nothing(choice: Json, number: int) -> None:
    """Send no text."""
    del number
    _edit_content(choice, lambda text: "")


@choicewise("stream.not-empty/second")
def silences_the_second(choice: Json, number: int) -> None:
    """Send no text but the first choice's."""
    if choice["index"]:
        says_nothing(choice, number)


@fault("stream.same-choices", at="body")
def one_choice(body: dict[str, Any], call: Call) -> dict[str, Any]:
    """Stream one choice whatever was asked."""
    del call
    return {**body, "n": 1} if body.get("stream") and body.get("n") else body


@choicewise("stream.same-choices/index")
def all_the_first(choice: Json, number: int) -> None:
    """Stream every choice as the first."""
    del number
    choice["index"] = 0


@fault("stream.choices-apart", at="chunks")
async def crosses_choices(chunks: Chunks, call: Call) -> Chunks:
    """Let two choices change places after six texts."""
    del call
    async for number, chunk in _numbered(chunks):
        for choice in chunk["choices"]:
            if number > 6 and choice["index"] < 2:
                choice["index"] = 1 - choice["index"]
        yield chunk


@choicewise("stream.finish-equal")
def always_stop(choice: Json, number: int) -> None:
    """Say stop where a stream was cut."""
    del number
    choice["finish_reason"] = choice["finish_reason"] and "stop"


@choicewise("stream.finish-equal/length")
def always_length(choice: Json, number: int) -> None:
    """Say length where a stream was complete."""
    del number
    choice["finish_reason"] = choice["finish_reason"] and "length"


@choicewise("stream.finish-equal/second")
def second_always_stops(choice: Json, number: int) -> None:
    """Say stop where the second choice of a stream was cut."""
    if choice["index"]:
        always_stop(choice, number)


@fault("stream.in-pieces", at="chunks")
async def in_one_piece(chunks: Chunks, call: Call) -> Chunks:
    """Send all text of a choice in one delta."""
    del call
    held: dict[int, Json] = {}
    async for number, chunk in _numbered(chunks):
        if number:
            index = chunk["choices"][0]["index"]
            before = held.setdefault(index, chunk)
            if before is not chunk:
                before["choices"][0]["delta"]["content"] += _text(chunk)
            continue
        for choice in chunk["choices"]:
            if choice["index"] in held and choice["finish_reason"]:
                yield held.pop(choice["index"])
        yield chunk
