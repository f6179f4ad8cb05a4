"""Lies about temperature, nucleus, seeds, penalties and biases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import NO_BIAS, Prompt
from mock_server.faults import Pieces, fault

Json = dict[str, Any]


@fault("sampling.zero-repeats", at="prompt")
def never_greedy(prompt: Prompt, call: Call) -> Prompt:
    """Sample although temperature is 0."""
    if prompt.temperature > 0:
        return prompt
    return replace(prompt, temperature=1.0, seed=None, occurrence=call.number)


@fault("sampling.zero-repeats/stream", at="prompt")
def streams_never_greedy(prompt: Prompt, call: Call) -> Prompt:
    """Sample streams although temperature is 0."""
    return never_greedy(prompt, call) if call.streams else prompt


@fault("sampling.temperature-acts", at="prompt")
def always_greedy(prompt: Prompt, call: Call) -> Prompt:
    """Ignore temperature."""
    del call
    return replace(prompt, temperature=0.0)


@fault("sampling.temperature-stream", at="prompt")
def streams_always_greedy(prompt: Prompt, call: Call) -> Prompt:
    """Ignore temperature in streams."""
    return replace(prompt, temperature=0.0) if call.streams else prompt


@fault("sampling.default-temperature", at="prompt")
def greedy_by_default(prompt: Prompt, call: Call) -> Prompt:
    """Take 0 for the temperature where none is named."""
    return replace(prompt, temperature=0.0) if call.body.get("temperature") is None else prompt


@fault("sampling.top-p-acts", at="prompt")
def knows_no_nucleus(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `top_p`."""
    del call
    return replace(prompt, top_p=1.0)


@fault("sampling.top-p-stream", at="prompt")
def streams_know_no_nucleus(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `top_p` in streams."""
    return replace(prompt, top_p=1.0) if call.streams else prompt


@fault("sampling.top-k-acts", at="prompt")
def counts_no_rank(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `top_k`."""
    del call
    return replace(prompt, top_k=None)


@fault("sampling.seed-repeats", at="prompt")
def forgets_the_seed(prompt: Prompt, call: Call) -> Prompt:
    """Ignore the seed."""
    return prompt if prompt.seed is None else replace(prompt, seed=None, occurrence=call.number)


@fault("sampling.seed-stream", at="prompt")
def streams_forget_the_seed(prompt: Prompt, call: Call) -> Prompt:
    """Ignore the seed of a stream."""
    return forgets_the_seed(prompt, call) if call.streams else prompt


@fault("sampling.seed-zero", at="prompt")
def takes_zero_for_none(prompt: Prompt, call: Call) -> Prompt:
    """Take seed 0 for no seed."""
    return forgets_the_seed(prompt, call) if prompt.seed == 0 else prompt


@fault("sampling.seed-differs", at="prompt")
def has_one_seed(prompt: Prompt, call: Call) -> Prompt:
    """Take every seed for the same."""
    del call
    return prompt if prompt.seed is None else replace(prompt, seed=1)


@fault("sampling.seed-edges", at="body")
def wants_positive_seeds(body: Json, call: Call) -> Json:
    """Refuse seeds below 1."""
    del call
    seed = body.get("seed")
    return {**body, "seed": "?"} if seed is not None and seed < 1 else body


@fault("sampling.seed-edges/large", at="body")
def wants_small_seeds(body: Json, call: Call) -> Json:
    """Refuse seeds of more than ten digits."""
    del call
    return {**body, "seed": "?"} if abs(body.get("seed") or 0) >= 10**10 else body


@fault("sampling.seed-accepted", at="body")
def refuses_seeds(body: Json, call: Call) -> Json:
    """Refuse every seed."""
    del call
    return {**body, "seed": "?"} if body.get("seed") is not None else body


@fault("sampling.frequency-acts", at="prompt")
def counts_no_use(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `frequency_penalty`."""
    del call
    return replace(prompt, frequency_penalty=0.0)


@fault("sampling.presence-acts", at="prompt")
def sees_no_presence(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `presence_penalty`."""
    del call
    return replace(prompt, presence_penalty=0.0)


@fault("sampling.logit-bias-acts", at="prompt")
def knows_no_bias(prompt: Prompt, call: Call) -> Prompt:
    """Ignore `logit_bias`."""
    del call
    return replace(prompt, logit_bias=NO_BIAS)


@fault("sampling.logit-bias-accepted", at="body")
def refuses_bias(body: Json, call: Call) -> Json:
    """Refuse `logit_bias`."""
    del call
    return {**body, "logit_bias": "?"} if body.get("logit_bias") else body


@fault("sampling.defaults-neutral", at="pieces")
async def minds_defaults(pieces: Pieces, call: Call) -> Pieces:
    """Begin otherwise where penalties of 0 are spelt out."""
    greeting = "Well, " if call.body.get("presence_penalty") == 0 else ""
    async for piece in pieces:
        yield replace(piece, text=greeting + piece.text) if piece.text else piece
        greeting = "" if piece.text else greeting
