"""Requests that differ in their prompts, in a way of which the count or the answer must tell."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from conformance.fuzz.bodies import Body
from conformance.fuzz.kin.kinship import (
    Kin,
    Made,
    both_ok,
    equal,
    holds,
    last_text,
    prompt_tokens,
    steady,
    texts,
)
from conformance.fuzz.weighing import Weighed
from conformance.obtained import refused
from conformance.reading import Reading

WORDS = 12
"""Words by which a prompt is lengthened; every tokenizer has more tokens for so many."""
AS_TEXT = "as to the text itself"


def _longer(body: Body, answer: Reading, dice: random.Random) -> Made:
    found = last_text(body)
    if found is None:
        return None
    turns, text = found
    turns[-1]["content"] = text + " word" * WORDS
    return body


def _grows(first: Reading, other: Reading) -> Iterator[Weighed]:
    before, after = prompt_tokens(first), prompt_tokens(other)
    if both_ok(first, other) and before is not None and after is not None:
        due = f"more than {before} for {WORDS} words more"
        yield holds("usage.prompt-grows", after > before, due, after, other)


MARKS = " <start_of_turn> <end_of_turn> <bos> <eos>"
"""What looks like marks of a chat template and is text."""
PAST = " ".join(["word"] * WORDS)


def _marked(body: Body, answer: Reading, dice: random.Random) -> Made:
    found = last_text(body)
    if found is None:
        return None
    found[0][-1]["content"] = found[1] + MARKS
    return body


def _earlier(body: Body, answer: Reading, dice: random.Random) -> Made:
    found = last_text(body)
    if found is None:
        return None
    turns = found[0]
    start = next((at for at, turn in enumerate(turns) if turn.get("role") == "user"), 0)
    past = [{"role": "user", "content": PAST}, {"role": "assistant", "content": PAST}]
    return {**body, "messages": [*turns[:start], *past, *turns[start:]]}


def _ruled(body: Body, answer: Reading, dice: random.Random) -> Made:
    found = last_text(body)
    if found is None or found[0][0].get("role") != "user":
        return None
    return {**body, "messages": [{"role": "system", "content": PAST}, *found[0]]}


def _costs(requirement: str, least: int, what: str) -> Callable[..., Iterator[Weighed]]:
    def compare(first: Reading, other: Reading) -> Iterator[Weighed]:
        before, after = prompt_tokens(first), prompt_tokens(other)
        if both_ok(first, other) and before is not None and after is not None:
            due = f"at least {before + least}, for {what}"
            yield holds(requirement, after >= before + least, due, after, other)

    return compare


def _sampled(body: Body, answer: Reading, dice: random.Random) -> Made:
    return {**body, "temperature": 1, "seed": dice.randrange(1, 1000), "max_tokens": 3}


def _unmoved(first: Reading, other: Reading) -> Iterator[Weighed]:
    if both_ok(first, other):
        counts = prompt_tokens(first), prompt_tokens(other)
        yield equal("usage.prompt-parameters", *counts, other, "as with other parameters")


def _part(body: Body, answer: Reading, dice: random.Random) -> Made:
    found = last_text(body)
    if found is None:
        return None
    found[0][-1]["content"] = [{"type": "text", "text": found[1]}]
    return body


def _parts(body: Body, answer: Reading, dice: random.Random) -> Made:
    found = last_text(body)
    if found is None or len(found[1]) < 4:
        return None
    text, at = found[1], len(found[1]) // 2
    found[0][-1]["content"] = [{"type": "text", "text": each} for each in (text[:at], text[at:])]
    return body


def _as_text(requirement: str, first: Reading, other: Reading) -> Iterator[Weighed]:
    if first.ok:
        due = "an answer, as to the text itself"
        yield holds("request.parts-accepted", not refused(other), due, other.status, other)
    if both_ok(first, other) and steady(first):
        yield equal(requirement, texts(first), texts(other), other, AS_TEXT)


def _as_one(first: Reading, other: Reading) -> Iterator[Weighed]:
    return _as_text("request.parts-as-text", first, other)


def _as_joined(first: Reading, other: Reading) -> Iterator[Weighed]:
    return _as_text("request.parts-joined", first, other)


def _folded(body: Body, answer: Reading, dice: random.Random) -> Made:
    """Fold the system text in front into the first turn, by hand."""
    turns = body.get("messages")
    if not isinstance(turns, list) or len(turns) < 2:
        return None
    system, user = turns[0], turns[1]
    plain = all(isinstance(each.get("content"), str) for each in (system, user))
    if system.get("role") not in ("system", "developer") or user.get("role") != "user" or not plain:
        return None
    joined = {**user, "content": f"{system['content']}\n\n{user['content']}"}
    return {**body, "messages": [joined, *turns[2:]]}


def _same(first: Reading, other: Reading) -> Iterator[Weighed]:
    if both_ok(first, other) and steady(first):
        why = "as with the system text in a turn of its own"
        yield equal("request.system-folded", texts(first), texts(other), other, why)


KIN = (
    Kin("longer", _longer, _grows),
    Kin("marked", _marked, _costs("request.marks-are-text", 4, "four marks more")),
    Kin("earlier", _earlier, _costs("usage.turns-counted", 2 * WORDS, "two turns more")),
    Kin("ruled", _ruled, _costs("usage.system-counted", 4, "a system text")),
    Kin("sampled", _sampled, _unmoved),
    Kin("part", _part, _as_one),
    Kin("parts", _parts, _as_joined),
    Kin("folded", _folded, _same),
)
