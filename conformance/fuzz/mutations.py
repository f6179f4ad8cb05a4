"""Mutations: one thing done to a legal body. Knows nothing of what is owed to the outcome."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from conformance.fuzz import texts
from conformance.fuzz.bodies import Body, Subject

Mutation = Callable[[random.Random, Body, Subject], None]
OTHER_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.5, "x", "", "5", "true", [], ["x"], {}, {"a": 1}, 10**30,
)  # fmt: skip
ROLES = ("usr", "tool", "function", "System", "", "narrator", None, 5)
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
WISHES: tuple[tuple[str, Any], ...] = (
    ("tools", [WEATHER]),
    ("functions", [WEATHER["function"]]),
    ("tool_choice", "required"),
    ("function_call", {"name": "weather"}),
    ("response_format", {"type": "json_object"}),
    ("response_format", {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}),
    ("response_format", {"type": "yaml"}),
    ("response_format", {}),
    ("response_format", "json"),
)
PARTS: tuple[Any, ...] = (
    {"type": "thing", "thing": "x"},
    {"type": "text"},
    {"text": "no type"},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    "text", None, 5,
)  # fmt: skip


def mutated(dice: random.Random, body: Body, subject: Subject) -> Body:
    """Return a body with one mutation, now and then with two."""
    made = copy.deepcopy(body)
    for _ in range(2 if dice.random() < 0.1 else 1):
        dice.choice(_MUTATIONS)(dice, made, subject)
    return made


def _drop(dice: random.Random, body: Body, subject: Subject) -> None:
    body.pop(dice.choice(("model", "messages", *sorted(body))), None)


def _retype(dice: random.Random, body: Body, subject: Subject) -> None:
    body[dice.choice((*sorted(body), *_TYPED))] = dice.choice(OTHER_VALUES)


def _out_of_range(dice: random.Random, body: Body, subject: Subject) -> None:
    if not subject.bounds:
        return
    name = dice.choice(sorted(subject.bounds))
    low, high = subject.bounds[name]
    step = 0.01 if name in _FRACTIONS else 1
    body[name] = dice.choice((low - step, high + step, low - 1000, high + 1000, -(10**30), 10**30))


def _turn(dice: random.Random, body: Body) -> Body | None:
    turns = body.get("messages")
    if not isinstance(turns, list) or not turns:
        return None
    turn = dice.choice(turns)
    return turn if isinstance(turn, dict) else None


def _turn_retyped(dice: random.Random, body: Body, subject: Subject) -> None:
    turn = _turn(dice, body)
    if turn is not None:
        turn[dice.choice(("role", "content", "content", "name"))] = dice.choice(OTHER_VALUES)


def _turn_robbed(dice: random.Random, body: Body, subject: Subject) -> None:
    turn = _turn(dice, body)
    if turn is not None:
        turn.pop(dice.choice(("role", "content")), None)


def _turn_of_another_role(dice: random.Random, body: Body, subject: Subject) -> None:
    turn = _turn(dice, body)
    if turn is not None:
        turn["role"] = dice.choice(ROLES)


def _odd_part(dice: random.Random, body: Body, subject: Subject) -> None:
    turn = _turn(dice, body)
    if turn is not None:
        part = {"type": "text", "text": texts.plain(dice)}
        turn["content"] = dice.choice(([], [dice.choice(PARTS)], [part, dice.choice(PARTS)]))


def _other_order(dice: random.Random, body: Body, subject: Subject) -> None:
    turns = body.get("messages")
    if not isinstance(turns, list) or not turns:
        return
    other = {"role": dice.choice(("assistant", "system", "user")), "content": texts.plain(dice)}
    where = dice.choice((0, len(turns), dice.randrange(len(turns) + 1)))
    if dice.random() < 0.3:
        body["messages"] = [other]
    else:
        turns.insert(where, other)


def _odd_turns(dice: random.Random, body: Body, subject: Subject) -> None:
    body["messages"] = dice.choice(([], ["hi"], [None], [[]], "hi", {}, 5, None, [{}], [5]))


def _hostile_text(dice: random.Random, body: Body, subject: Subject) -> None:
    turn = _turn(dice, body)
    if turn is not None:
        turn["content"] = texts.hostile(dice)


def _wish(dice: random.Random, body: Body, subject: Subject) -> None:
    name, value = dice.choice(WISHES)
    body[name] = value


def _at_odds(dice: random.Random, body: Body, subject: Subject) -> None:
    match dice.randrange(4):
        case 0:
            body.update(max_tokens=2, max_completion_tokens=3)
        case 1:
            body.pop("stream", None)
            body["stream_options"] = {"include_usage": True}
        case 2:
            body.pop("logprobs", None)
            body["top_logprobs"] = 2
        case _:
            body.update(stop=dice.choice((["a"] * 5, "", [""], [5], 5, [])))


def _odd_bias(dice: random.Random, body: Body, subject: Subject) -> None:
    body["logit_bias"] = dice.choice(({"word": 1}, {"5": 101}, {"5": -101}, {"-1": 1}, [1], "x"))


def _nested(dice: random.Random, body: Body, subject: Subject) -> None:
    value: Any = 1
    for _ in range(dice.choice((10, 100, 400))):
        value = [value] if dice.random() < 0.5 else {"a": value}
    body["x_deep"] = value


def _other_model(dice: random.Random, body: Body, subject: Subject) -> None:
    body["model"] = dice.choice(
        (f"{subject.model}x", subject.model.upper(), "", f"{subject.model}:nobody", " ")
    )


def _nothing_but(dice: random.Random, body: Body, subject: Subject) -> None:
    kept = dice.choice((("model",), ("messages",), ()))
    for name in sorted(body):
        if name not in kept:
            del body[name]


_FRACTIONS = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty"})
_TYPED = (
    "stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "temperature", "top_p",
    "top_k", "frequency_penalty", "presence_penalty", "seed", "stop", "logprobs", "top_logprobs",
    "logit_bias", "user", "metadata", "store", "lora",
)  # fmt: skip
_MUTATIONS: tuple[Mutation, ...] = (
    _drop, _retype, _retype, _retype, _out_of_range, _out_of_range, _turn_retyped, _turn_robbed,
    _turn_of_another_role, _odd_part, _other_order, _odd_turns, _hostile_text, _hostile_text,
    _wish, _at_odds, _odd_bias, _nested, _other_model, _nothing_but,
)  # fmt: skip
