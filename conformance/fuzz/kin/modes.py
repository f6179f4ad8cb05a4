"""One request in both modes, and the same request twice."""

from __future__ import annotations

import random
from collections.abc import Iterator

from conformance.fuzz.bodies import Body
from conformance.fuzz.kin.kinship import (
    Kin,
    both_ok,
    completion_tokens,
    equal,
    holds,
    prompt_tokens,
    steady,
    texts,
)
from conformance.fuzz.weighing import Weighed
from conformance.reading import Reading

WHOLE = "as in one piece"
FIRST = "as the first time"


def _streamed(body: Body, answer: Reading, dice: random.Random) -> Body:
    return {**body, "stream": True, "stream_options": {"include_usage": True}}


def _modes(first: Reading, other: Reading) -> Iterator[Weighed]:
    if not first.ok:
        refused = "a refusal, as in one piece"
        yield holds("errors.stream-refused", not other.ok, refused, other.status, other)
        if not other.ok:
            yield equal("errors.stream-same-status", first.status, other.status, other, WHOLE)
    if not both_ok(first, other):
        return
    yield equal("stream.same-choices", first.choice_indexes, other.choice_indexes, other, WHOLE)
    counts = prompt_tokens(first), prompt_tokens(other)
    yield equal("usage.stream-prompt-equal", *counts, other, WHOLE)
    if not steady(first) or first.choice_indexes != other.choice_indexes:
        return
    yield equal("stream.text-equal", texts(first), texts(other), other, WHOLE)
    if texts(first) == texts(other):
        yield equal("stream.finish-equal", _finishes(first), _finishes(other), other, WHOLE)
        spent = completion_tokens(first), completion_tokens(other)
        yield equal("usage.stream-completion-equal", *spent, other, WHOLE)


def _finishes(reading: Reading) -> tuple[str, ...]:
    return tuple(str(reading.finish_of(index)) for index in reading.choice_indexes)


def _same(body: Body, answer: Reading, dice: random.Random) -> Body:
    return body


def _twice(first: Reading, other: Reading) -> Iterator[Weighed]:
    if not first.ok and not other.ok:
        yield equal("errors.stable", first.status, other.status, other, FIRST)
    if not both_ok(first, other):
        return
    ids = [each.completion.id for each in (first, other)]
    yield holds("response.id-unique-again", ids[0] != ids[1], "another id", ids[1], other)
    yield equal("usage.prompt-stable", prompt_tokens(first), prompt_tokens(other), other, FIRST)
    if steady(first):
        yield equal("sampling.zero-repeats", texts(first), texts(other), other, FIRST)
        if texts(first) == texts(other):
            counts = completion_tokens(first), completion_tokens(other)
            yield equal("usage.completion-stable", *counts, other, FIRST)


KIN = (
    Kin("streamed", _streamed, _modes, flawed=True, choices=True),
    Kin("twice", _same, _twice, flawed=True),
)
