"""Lies about the probabilities of tokens."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import Prompt
from mock_server.faults import Chunks, Pieces, fault

Json = dict[str, Any]
Entries = list[dict[str, Any]]


def edited(document: Json, edit: Callable[[Entries], object]) -> Json:
    """Return a document or chunk with the entries of every choice edited in place."""
    for choice in document.get("choices", ()):
        if choice.get("logprobs"):
            edit(choice["logprobs"]["content"])
    return document


def in_both_modes(name: str, edit: Callable[[Entries], object], sentence: str) -> None:
    """Register a fault that edits entries in both modes."""

    def whole(document: Json, call: Call) -> Json:
        del call
        return edited(document, edit)

    async def streamed(chunks: Chunks, call: Call) -> Chunks:
        del call
        async for chunk in chunks:
            yield edited(chunk, edit)

    whole.__doc__ = streamed.__doc__ = sentence
    fault(name, at="document")(whole)
    fault(name, at="chunks")(streamed)


@fault("sampling.logprobs-or-refused", at="prompt")
def gives_none(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `logprobs`."""
    del call
    return replace(prompt, logprobs=False, top_logprobs=0)


@fault("sampling.logprobs-stream", at="prompt")
def streams_give_none(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `logprobs` in streams."""
    return gives_none(prompt, call) if call.streams else prompt


@fault("sampling.logprobs-accepted", at="body")
def refuses_logprobs(body: Json, call: Call) -> Json:
    """Refuse `logprobs`."""
    del call
    return {**body, "logprobs": "?"} if body.get("logprobs") else body


@fault("sampling.logprobs-alone", at="body")
def wants_a_number(body: Json, call: Call) -> Json:
    """Refuse `logprobs` without `top_logprobs`."""
    del call
    alone = body.get("logprobs") and body.get("top_logprobs") is None
    return {**body, "logprobs": "?"} if alone else body


@fault("sampling.logprobs-each-choice", at="document")
def tells_of_the_first(document: Json, call: Call) -> Json:
    """Give logprobs for the first choice only."""
    del call
    for choice in document.get("choices", [])[1:]:
        choice["logprobs"] = None
    return document


@fault("sampling.logprobs-shape", at="document")
def speaks_of_old(document: Json, call: Call) -> Json:
    """Give logprobs in the shape of the older completions."""
    del call
    for choice in document.get("choices", ()):
        if choice.get("logprobs"):
            content = choice["logprobs"]["content"]
            choice["logprobs"] = {
                "tokens": [entry["token"] for entry in content],
                "token_logprobs": [entry["logprob"] for entry in content],
                "top_logprobs": None,
                "text_offset": [],
            }
    return document


def _objects(content: Entries) -> None:
    for entry in content:
        others = entry["top_logprobs"]
        entry["top_logprobs"] = {one["token"]: one["logprob"] for one in others}


def _probabilities(content: Entries) -> None:
    for entry in content:
        entry["logprob"] = math.exp(entry["logprob"])


def _less_one(content: Entries) -> None:
    for entry in content:
        entry["top_logprobs"] = entry["top_logprobs"][:1]


def _reversed(content: Entries) -> None:
    for entry in content:
        entry["top_logprobs"].reverse()


def _unlikely(content: Entries) -> None:
    for entry in content:
        entry["logprob"] -= 20.0
        for one in entry["top_logprobs"]:
            one["logprob"] -= 20.0 * (one["token"] == entry["token"])


def _ids(content: Entries) -> None:
    for place, entry in enumerate(content):
        entry["token"] = f"token_id:{place}"
        entry["bytes"] = list(entry["token"].encode())


def _code_points(content: Entries) -> None:
    for entry in content:
        entry["bytes"] = [ord(character) for character in entry["token"]]


in_both_modes("sampling.logprobs-shape/top-object", _objects, "Give alternatives as an object.")
in_both_modes("sampling.logprobs-values", _probabilities, "Give probabilities for logarithms.")
in_both_modes("sampling.top-logprobs-count", _less_one, "Give one alternative at most.")
in_both_modes("sampling.top-logprobs-order", _reversed, "Give the least likely first.")
in_both_modes("sampling.logprobs-greedy", _unlikely, "Understate the chosen token.")
in_both_modes("sampling.logprobs-text", _ids, "Give ids in place of tokens.")
in_both_modes("sampling.logprobs-bytes", _code_points, "Give code points for bytes.")


@fault("sampling.logprobs-text/shifted", at="document")
def loses_the_first(document: Json, call: Call) -> Json:
    """Leave out the entry of the first token."""
    del call
    return edited(document, lambda content: content.pop(0) if len(content) > 1 else None)


@fault("sampling.logprobs-count", at="document")
def joins_two(document: Json, call: Call) -> Json:
    """Give one entry for two tokens."""
    del call

    def join(content: Entries) -> None:
        while len(content) > 1 and "" not in (content[0]["token"], content[1]["token"]):
            second = content.pop(1)
            content[0]["token"] += second["token"]
            content[0]["bytes"] += second["bytes"]
            if len(content) < 4:
                break

    return edited(document, join)


@fault("sampling.logprobs-neutral", at="pieces")
async def says_something_else(pieces: Pieces, call: Call) -> Pieces:
    """Begin otherwise where logprobs are asked for."""
    greeting = "Sure! " if call.body.get("logprobs") else ""
    async for piece in pieces:
        yield replace(piece, text=greeting + piece.text) if piece.text else piece
        greeting = "" if piece.text else greeting


@fault("sampling.logprobs-unasked", at="prompt")
def always_gives_them(prompt: Prompt, call: Call) -> Prompt:
    """Give logprobs, asked for or not."""
    del call
    return replace(prompt, logprobs=True)
