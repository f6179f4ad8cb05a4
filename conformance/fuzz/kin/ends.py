"""Requests whose answers must end earlier: under a lower cap, at a stop text; or be there twice."""

from __future__ import annotations

import random
from collections.abc import Iterator

from conformance import stopping
from conformance.fuzz.bodies import Body
from conformance.fuzz.kin.kinship import (
    Kin,
    Made,
    both_ok,
    completion_tokens,
    equal,
    holds,
    prompt_tokens,
    steady,
    texts,
)
from conformance.fuzz.weighing import Weighed
from conformance.obtained import refused
from conformance.reading import Reading

SPARE = ("\u2690\u2690", "\u2694\u2694", "\u2699\u2699")
"""Texts that no answer holds."""


def _lower(body: Body, answer: Reading, dice: random.Random) -> Made:
    """Halve the cap of an answer that has more tokens than that."""
    spent = completion_tokens(answer)
    if spent is None or spent < 2 or answer.choice_indexes != (0,):
        return None
    return {**_uncapped(body), "max_tokens": max(1, spent // 2)}


def _uncapped(body: Body) -> Body:
    return {k: v for k, v in body.items() if k not in ("max_tokens", "max_completion_tokens")}


def _cut(first: Reading, other: Reading) -> Iterator[Weighed]:
    if not both_ok(first, other):
        return
    cap, spent, whole = other.asked("max_tokens"), completion_tokens(other), first.text_of()
    if not steady(first) or not isinstance(cap, int):
        return
    # A character that the cap cut in half is nobody's fault.
    text = other.text_of().rstrip("\ufffd").rstrip()
    begins = whole.startswith(text) or text.startswith(whole)
    yield holds("sampling.cap-prefix", begins, f"the beginning of {whole[:80]!r}", text, other)
    if begins and len(text) < len(whole.rstrip()):
        finish = other.finish_of()
        yield holds("sampling.cap-length", finish == "length", "'length'", finish, other)
        if spent is not None and other.finish_of() == "length":
            at_most_one_less = spent in (cap, cap - 1)
            yield holds("usage.completion-cap", at_most_one_less, f"{cap}, the cap", spent, other)
            exact = spent == cap or not at_most_one_less
            yield holds("usage.completion-cap-exact", exact, f"{cap}, the cap", spent, other)


def _stop(body: Body, answer: Reading, dice: random.Random) -> Made:
    """Name a piece of the first answer as a stop text, alone or among others that never come."""
    whole = answer.text_of()
    pieces = (
        stopping.middle_of(whole), stopping.piece_near(whole, 0.7, 2), stopping.inside_word(whole),
        stopping.edged_by_blank(whole), stopping.middle_of(whole, 9), stopping.beyond_ascii(whole),
    )  # fmt: skip
    found = [piece for piece in pieces if piece]
    if not found or "stop" in body or answer.choice_indexes != (0,):
        return None
    piece = dice.choice(found)
    among = [*SPARE[: dice.randrange(4)], piece]
    dice.shuffle(among)
    made = {**body, "stop": dice.choice((piece, [piece], among))}
    if dice.random() < 0.4:
        made |= {"stream": True, "stream_options": {"include_usage": True}}
    return made


def _stopped(first: Reading, other: Reading) -> Iterator[Weighed]:
    if not first.ok:
        return
    due = "an answer, since stop texts are taken"
    yield holds("sampling.stop-accepted", not refused(other), due, other.status, other)
    if not both_ok(first, other) or not steady(first):
        return
    whole, text = first.text_of(), other.text_of()
    left = stopping.before(whole, stopping.texts(other.asked("stop")))
    expected = f"an answer that ends with {left[-40:]!r}"
    lost = left.startswith(text.rstrip()) and len(text.rstrip()) < len(left.rstrip())
    yield holds("sampling.stop-nothing-lost", not lost, expected, text[-80:], other)
    more = text.startswith(left) and text.rstrip() != left.rstrip()
    after = (
        "sampling.stop-stream-leak" if other.is_stream_request else "sampling.stop-nothing-after"
    )
    yield holds(after, not more, expected, text[-80:], other)
    if text == left:
        finish = other.finish_of()
        yield holds("sampling.stop-finish", finish == "stop", "'stop'", finish, other)


def _two(body: Body, answer: Reading, dice: random.Random) -> Made:
    return {**body, "n": 2} if answer.choice_indexes == (0,) else None


def _each(first: Reading, other: Reading) -> Iterator[Weighed]:
    if not first.ok:
        return
    yield holds("sampling.n-accepted", not refused(other), "an answer", other.status, other)
    if not both_ok(first, other):
        return
    got = other.choice_indexes
    yield holds("sampling.n-acts", len(got) == 2, "two choices, or a refusal", got, other)
    if len(got) != 2:
        return
    counts = prompt_tokens(first), prompt_tokens(other)
    yield equal("usage.n-prompt-once", *counts, other, "as for one choice")
    if steady(first):
        due = texts(first) * 2
        yield equal("sampling.n-cap", due, texts(other), other, "as each choice alone")
        one = completion_tokens(first)
        if due == texts(other) and one is not None:
            spent = completion_tokens(other)
            yield equal("usage.n-completion-sum", 2 * one, spent, other, "for two such choices")


KIN = (
    Kin("lower", _lower, _cut),
    Kin("stopped", _stop, _stopped),
    Kin("two", _two, _each),
)
