"""Lies about several choices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import FinishReason, Prompt
from mock_server.faults import Chunks, Pieces, fault

Json = dict[str, Any]


@fault("sampling.n-acts", at="prompt")
def answers_once(prompt: Prompt, call: Call) -> Prompt:
    """Ignore n."""
    del call
    return replace(prompt, n=1)


@fault("sampling.n-acts/one-piece", at="prompt")
def answers_once_in_one_piece(prompt: Prompt, call: Call) -> Prompt:
    """Ignore n outside streams."""
    return prompt if call.streams else replace(prompt, n=1)


@fault("sampling.n-stream", at="prompt")
def streams_once(prompt: Prompt, call: Call) -> Prompt:
    """Ignore n in streams."""
    return replace(prompt, n=1) if call.streams else prompt


@fault("sampling.n-stream/one-index", at="chunks")
async def streams_under_one_index(chunks: Chunks, call: Call) -> Chunks:
    """Give every choice of a stream the index 0."""
    del call
    async for chunk in chunks:
        for choice in chunk["choices"]:
            choice["index"] = 0
        yield chunk


@fault("sampling.n-accepted", at="body")
def refuses_several(body: Json, call: Call) -> Json:
    """Refuse n above 1."""
    del call
    return {**body, "n": 99} if (body.get("n") or 1) > 1 else body


@fault("sampling.n-eight", at="prompt")
def knows_four(prompt: Prompt, call: Call) -> Prompt:
    """Make at most four choices."""
    del call
    return replace(prompt, n=min(prompt.n, 4))


@fault("sampling.n-index", at="document")
def counts_nothing(document: Json, call: Call) -> Json:
    """Give every choice the index 0."""
    del call
    for choice in document.get("choices", ()):
        choice["index"] = 0
    return document


@fault("sampling.n-index/from-one", at="document")
def counts_from_one(document: Json, call: Call) -> Json:
    """Count choices from 1."""
    del call
    choices = document.get("choices", ())
    for choice in choices if len(choices) > 1 else ():
        choice["index"] += 1
    return document


@fault("sampling.n-text", at="pieces")
async def answers_one_of_them(pieces: Pieces, call: Call) -> Pieces:
    """Leave every choice but the first empty."""
    del call
    async for piece in pieces:
        yield replace(piece, text="") if piece.choice else piece


@fault("sampling.n-text/stream", at="pieces")
def streams_one_of_them(pieces: Pieces, call: Call) -> Pieces:
    """Leave every choice but the first of a stream empty."""
    return answers_one_of_them(pieces, call) if call.streams else pieces


@fault("sampling.n-finish", at="pieces")
async def only_the_first_is_cut(pieces: Pieces, call: Call) -> Pieces:
    """Say `stop` for every choice but the first."""
    del call
    async for piece in pieces:
        cut = piece.choice and piece.finish is FinishReason.LENGTH
        yield replace(piece, finish=FinishReason.STOP) if cut else piece


@fault("sampling.n-cap", at="prompt")
def shares_the_cap(prompt: Prompt, call: Call) -> Prompt:
    """Share one ceiling out among the choices."""
    del call
    return replace(prompt, cap=max(1, prompt.cap // prompt.n))


@fault("sampling.n-stop", at="prompt")
def several_run_on(prompt: Prompt, call: Call) -> Prompt:
    """Ignore stop texts where several choices are asked for."""
    del call
    return replace(prompt, stop=()) if prompt.n > 1 else prompt


@fault("sampling.n-stop/stream", at="prompt")
def several_streamed_run_on(prompt: Prompt, call: Call) -> Prompt:
    """Ignore stop texts where several choices are streamed."""
    return several_run_on(prompt, call) if call.streams else prompt


@fault("sampling.n-differ", at="document")
def copies(document: Json, call: Call) -> Json:
    """Give copies of the first choice."""
    del call
    choices = document.get("choices", ())
    for choice in choices:
        choice["message"]["content"] = choices[0]["message"]["content"]
    return document


@fault("sampling.n-stream-apart", at="chunks")
async def puts_all_into_one(chunks: Chunks, call: Call) -> Chunks:
    """Put every third text of a choice into the other one."""
    del call
    number = 0
    async for chunk in chunks:
        for choice in chunk["choices"]:
            number += bool(choice["delta"].get("content"))
            if choice["delta"].get("content") and number % 5 == 0 and choice["index"] == 1:
                choice["index"] = 0
        yield chunk


@fault("sampling.n-stream-same", at="chunks")
async def swaps_texts(chunks: Chunks, call: Call) -> Chunks:
    """Swap the texts of two streamed choices now and then."""
    several = call.prompt is not None and call.prompt.n > 1
    number = 0
    async for chunk in chunks:
        for choice in chunk["choices"]:
            if several and choice["index"] < 2 and choice["delta"].get("content"):
                number += 1
                if number in (5, 6):
                    choice["index"] = 1 - choice["index"]
        yield chunk


@fault("sampling.n-count", at="prompt")
def knows_two(prompt: Prompt, call: Call) -> Prompt:
    """Make at most two choices."""
    del call
    return replace(prompt, n=min(prompt.n, 2))
