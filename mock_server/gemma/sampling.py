"""What OpenAI's parameters ask of logits that the runtime does not offer itself.

Knows arrays of logits and nothing else; an edge to `numpy`.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from mock_server.gemma.job import Job
from mock_server.gemma.weights import Array

LOWEST = -1e4


def adjusts(job: Job) -> bool:
    """True where logits have to be changed before a token is chosen."""
    return bool(job.bias or job.presence or job.frequency)


def adjusted(logits: Array, job: Job, made: Counter[int]) -> Array:
    """The logits (vocabulary) with bias and penalties; a bias of -100 forbids a token.

    Penalties count the answer only, as OpenAI's formula does with the tokens sampled so far.
    """
    changed = logits.astype(np.float32)
    for token, times in made.items():
        changed[token] -= times * job.frequency + job.presence
    for token, value in job.bias.items():
        if 0 <= token < len(changed):
            changed[token] = LOWEST if value <= -100 else changed[token] + value
    return changed


def logprobs(logits: Array, top: int) -> tuple[Array, list[tuple[int, float]]]:
    """Natural log-probabilities of all tokens, and the `top` likeliest, likeliest first."""
    wide = logits.astype(np.float64)
    wide -= wide.max()
    wide -= np.log(np.exp(wide).sum())
    best = np.argsort(-wide, kind="stable")[:top]
    return wide, [(int(token), float(wide[token])) for token in best]
