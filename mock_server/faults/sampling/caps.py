"""Lies about ceilings and about why an answer ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import FinishReason, Prompt
from mock_server.faults import Pieces, fault

Json = dict[str, Any]
ENOUGH = 200


def uncapped(prompt: Prompt) -> Prompt:
    """Return a prompt with no ceiling to speak of."""
    return replace(prompt, cap=ENOUGH)


def asked_cap(call: Call) -> int | None:
    """Return the ceiling a request names."""
    return call.body.get("max_tokens") or call.body.get("max_completion_tokens")


@fault("sampling.cap-respected", at="prompt")
def never_tires(prompt: Prompt, call: Call) -> Prompt:
    """Ignore every ceiling."""
    del call
    return uncapped(prompt)


@fault("sampling.cap-respected/off-by-one", at="prompt")
def one_more(prompt: Prompt, call: Call) -> Prompt:
    """Take one token more than the ceiling."""
    del call
    return replace(prompt, cap=prompt.cap + 1)


@fault("sampling.cap-respected/one", at="prompt")
def one_is_none(prompt: Prompt, call: Call) -> Prompt:
    """Take a ceiling of one for none."""
    del call
    return uncapped(prompt) if prompt.cap == 1 else prompt


@fault("sampling.cap-respected/choices", at="prompt")
def several_tire_later(prompt: Prompt, call: Call) -> Prompt:
    """Ignore the ceiling where several choices are asked for."""
    del call
    return uncapped(prompt) if prompt.n > 1 else prompt


@fault("sampling.cap-cuts-text", at="prompt")
def cuts_only_the_count(prompt: Prompt, call: Call) -> Prompt:
    """Ignore the ceiling on the text, and obey it in the counts."""
    return prompt if call.streams else uncapped(prompt)


@fault("sampling.cap-cuts-text", at="document")
def cuts_the_count(document: Json, call: Call) -> Json:
    """Obey the ceiling in the counts of an answer in one piece."""
    cap, usage = asked_cap(call), document.get("usage")
    if cap is not None and usage:
        usage["completion_tokens"] = min(usage["completion_tokens"], cap)
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
    return document


@fault("sampling.cap-stream", at="prompt")
def streams_never_tire(prompt: Prompt, call: Call) -> Prompt:
    """Ignore the ceiling in streams."""
    return uncapped(prompt) if call.streams else prompt


@fault("sampling.cap-one", at="body")
def wants_two(body: Json, call: Call) -> Json:
    """Refuse a ceiling of one."""
    del call
    return {**body, "max_tokens": 0} if body.get("max_tokens") == 1 else body


@fault("sampling.completion-cap", at="prompt")
def knows_the_older_name(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `max_completion_tokens`."""
    return uncapped(prompt) if call.body.get("max_completion_tokens") else prompt


@fault("sampling.completion-cap-stream", at="prompt")
def streams_know_the_older_name(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `max_completion_tokens` in streams."""
    return knows_the_older_name(prompt, call) if call.streams else prompt


@fault("sampling.completion-cap-accepted", at="body")
def refuses_the_newer_name(body: Json, call: Call) -> Json:
    """Refuse `max_completion_tokens`."""
    del call
    newer = body.get("max_completion_tokens") is not None
    return {**body, "max_completion_tokens": "?"} if newer else body


@fault("sampling.completion-cap-same", at="prompt")
def takes_one_less(prompt: Prompt, call: Call) -> Prompt:
    """Take `max_completion_tokens` for one token less."""
    newer = call.body.get("max_completion_tokens") and prompt.cap > 1
    return replace(prompt, cap=prompt.cap - 1) if newer else prompt


@fault("sampling.cap-prefix", at="pieces")
async def greets_under_low_caps(pieces: Pieces, call: Call) -> Pieces:
    """Begin otherwise where the ceiling is low."""
    greeting = "Sure! " if (asked_cap(call) or 99) < 10 else ""
    async for piece in pieces:
        yield replace(piece, text=greeting + piece.text) if piece.text else piece
        greeting = "" if piece.text else greeting


@fault("sampling.cap-length", at="pieces")
def says_stop_when_cut(pieces: Pieces, call: Call) -> Pieces:
    """Say `stop` where the ceiling cut an answer in one piece."""
    return pieces if call.streams else saying(pieces, FinishReason.LENGTH, FinishReason.STOP)


@fault("sampling.cap-length-stream", at="pieces")
def streams_say_stop_when_cut(pieces: Pieces, call: Call) -> Pieces:
    """Say `stop` where the ceiling cut a stream."""
    return saying(pieces, FinishReason.LENGTH, FinishReason.STOP) if call.streams else pieces


@fault("sampling.short-stops", at="pieces")
def always_says_length(pieces: Pieces, call: Call) -> Pieces:
    """Say `length`, however the answer ended."""
    del call
    return saying(pieces, FinishReason.STOP, FinishReason.LENGTH)


@fault("sampling.short-stops/stream", at="pieces")
def streams_always_say_length(pieces: Pieces, call: Call) -> Pieces:
    """Say `length`, however a stream ended."""
    return saying(pieces, FinishReason.STOP, FinishReason.LENGTH) if call.streams else pieces


async def saying(pieces: Pieces, instead_of: FinishReason, finish: FinishReason) -> Pieces:
    """Return pieces that give one finish reason where another is due."""
    async for piece in pieces:
        yield replace(piece, finish=finish) if piece.finish is instead_of else piece


@fault("sampling.uncapped-whole", at="prompt")
@fault("sampling.uncapped-whole/stream", at="prompt")
def tires_soon(prompt: Prompt, call: Call) -> Prompt:
    """Cut at 16 tokens where no ceiling is named."""
    return replace(prompt, cap=16) if asked_cap(call) is None else prompt


@fault("sampling.uncapped-whole", at="pieces")
def calls_it_complete(pieces: Pieces, call: Call) -> Pieces:
    """Call an answer complete that a hidden ceiling cut."""
    hidden = asked_cap(call) is None
    return saying(pieces, FinishReason.LENGTH, FinishReason.STOP) if hidden else pieces


@fault("sampling.uncapped-whole/stream", at="pieces")
def calls_a_stream_complete(pieces: Pieces, call: Call) -> Pieces:
    """Call a stream complete that a hidden ceiling cut."""
    return calls_it_complete(pieces, call) if call.streams else pieces


@fault("sampling.no-hidden-cap", at="prompt")
def has_a_default(prompt: Prompt, call: Call) -> Prompt:
    """Cut at 256 tokens where no ceiling is named."""
    return replace(prompt, cap=min(prompt.cap, 256)) if asked_cap(call) is None else prompt


@fault("sampling.cap-tie", at="pieces")
async def cut_even_when_complete(pieces: Pieces, call: Call) -> Pieces:
    """Say `length` where the end falls on the last allowed token."""
    counts: Counter[int] = Counter()
    cap = call.prompt.cap if call.prompt else 0
    async for piece in pieces:
        counts[piece.choice] += piece.tokens
        full = piece.finish is not None and counts[piece.choice] >= cap
        yield replace(piece, finish=FinishReason.LENGTH) if full else piece
