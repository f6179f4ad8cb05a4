"""From a prompt to the jobs of its choices. Knows both words; no process and no runtime."""

from __future__ import annotations

import hashlib

from mock_server.completion import Prompt
from mock_server.gemma.job import Job

GREEDY_BELOW = 1e-4
"""Temperatures under it would overflow in the runtime; the likeliest token always wins there."""
SEEDS = 2**31


def seed_of(prompt: Prompt, choice: int) -> int:
    """31 bits of a 64-bit seed; without a seed, of the prompt and how often it came before.

    Choices of one prompt differ, and so do two seeds that agree in their low bits.
    """
    if prompt.seed is not None:
        source = f"{prompt.seed}:{choice}".encode()
    else:
        source = prompt.digest() + f":{prompt.occurrence}:{choice}".encode()
    return int.from_bytes(hashlib.blake2b(source, digest_size=8).digest()) % SEEDS


def jobs_of(
    prompt: Prompt,
    ids: list[int],
    *,
    numbers: range,
    context: int,
    vocabulary: int,
    ends: list[int],
) -> list[Job]:
    """One job a choice, within what the runtime can take."""
    cap = min(prompt.cap, context - len(ids))
    # GenAI 0.18 forgets top_p while top_k is off; all of the vocabulary is as good as off.
    # Nor does it heed a top_p of 0, which leaves the likeliest token alone.
    greedy = prompt.temperature < GREEDY_BELOW or prompt.top_p <= 0
    top_k = prompt.top_k or (vocabulary if prompt.top_p < 1 else 0)
    bias = {token: value for token, value in prompt.logit_bias.items() if token < vocabulary}
    return [
        Job(
            number,
            ids,
            cap,
            ends,
            temperature=0.0 if greedy else prompt.temperature,
            top_p=prompt.top_p,
            top_k=min(top_k, vocabulary),
            seed=seed_of(prompt, choice),
            adapter=prompt.adapter,
            bias=bias,
            presence=prompt.presence_penalty,
            frequency=prompt.frequency_penalty,
            top=prompt.top_logprobs if prompt.logprobs else None,
        )
        for choice, number in enumerate(numbers)
    ]
