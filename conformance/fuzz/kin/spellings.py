"""Requests that mean the same and are put otherwise: by spelling, by null, by what nobody reads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from conformance.fuzz import texture
from conformance.fuzz.bodies import Body
from conformance.fuzz.kin.kinship import Kin, Made, both_ok, equal, holds, steady, texts
from conformance.fuzz.weighing import Weighed
from conformance.obtained import refused
from conformance.reading import Reading

NULLABLE = ("top_p", "stop", "seed", "presence_penalty", "frequency_penalty", "user", "n")
"""Optional fields that every client may set to null."""
DEFAULTS = {"top_p": 1, "n": 1, "presence_penalty": 0, "frequency_penalty": 0, "stream": False}


def _spelt(body: Body, answer: Reading, dice: random.Random) -> Made:
    return texture.same(dice, body)


def _nulls(body: Body, answer: Reading, dice: random.Random) -> Made:
    free = [name for name in NULLABLE if name not in body]
    return {**body, **dict.fromkeys(dice.sample(free, min(len(free), 3)))} if free else None


def _unknown(body: Body, answer: Reading, dice: random.Random) -> Made:
    if isinstance(turns := body.get("messages"), list) and turns and isinstance(turns[-1], dict):
        turns[-1]["x_unknown"] = dice.choice((None, 1, {"a": []}, "x"))
    return {"x_unknown": dice.choice((None, 1, {"depth": [1, None]}, "x")), **body}


def _bookkeeping(body: Body, answer: Reading, dice: random.Random) -> Made:
    return {**body, "user": "someone", "metadata": {"run": "7"}, "store": False}


def _defaults(body: Body, answer: Reading, dice: random.Random) -> Made:
    return {**DEFAULTS, **body}


def _newer(body: Body, answer: Reading, dice: random.Random) -> Made:
    if "max_completion_tokens" in body or not isinstance(body.get("max_tokens"), int):
        return None
    body["max_completion_tokens"] = body.pop("max_tokens")
    return body


def _accepted_and_neutral(accepted: str, neutral: str) -> Callable[..., Iterator[Weighed]]:
    def compare(first: Reading, other: Reading) -> Iterator[Weighed]:
        if not first.ok:
            return
        if accepted:
            due = "an answer, as to the request that means the same"
            yield holds(accepted, not refused(other), due, other.status, other)
        if neutral and both_ok(first, other) and steady(first):
            why = "as to the request that means the same"
            yield equal(neutral, texts(first), texts(other), other, why)

    return compare


KIN = tuple(
    Kin(name, make, _accepted_and_neutral(accepted, neutral))
    for name, make, accepted, neutral in (
        ("spelt", _spelt, "request.json-spelling", "request.json-spelling-neutral"),
        ("nulls", _nulls, "request.null-optional", "request.null-neutral"),
        ("unknown", _unknown, "request.unknown-field", "request.unknown-field-neutral"),
        ("kept", _bookkeeping, "request.bookkeeping-accepted", "request.known-field-neutral"),
        ("defaults", _defaults, "", "sampling.defaults-neutral"),
        ("newer", _newer, "sampling.completion-cap-accepted", "sampling.completion-cap-same"),
    )
)
