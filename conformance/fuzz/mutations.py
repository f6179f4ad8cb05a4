"""Mutations: one thing done to a legal body. Knows nothing of what is owed to the outcome.

Each is a card of a deck (`deck`), so that some thousand cases hold every one of them.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from functools import partial
from typing import Any

from conformance.fuzz import texts
from conformance.fuzz.bodies import Body, Subject

Mutation = Callable[[random.Random, Body], None]
OTHER_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, "x", "", "5", [], ["x"], {},
)  # fmt: skip
NO_NUMBERS: tuple[Any, ...] = ("1", True, 1.5, {})
NO_TEXTS: tuple[Any, ...] = (None, 5, {})
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
TYPED = (
    "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n",
    "temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "seed", "stop",
    "logprobs", "top_logprobs", "logit_bias", "user", "metadata", "store", "lora", "tools",
    "functions", "tool_choice", "response_format",
)  # fmt: skip
"""Fields with a type of their own."""
SPEAKERS = ("user", "assistant", "system", "developer")
TURNS: tuple[Any, ...] = ([], ["hi"], [None], [[]], "hi", {}, 5, None, [{}], [5])
STOPS: tuple[Any, ...] = (["a"] * 5, "", [""], [5], 5, [], [None], {"a": 1})
BIASES: tuple[Any, ...] = (
    {"word": 1}, {"5": 101}, {"5": -101}, {"-1": 1}, [1], "x", {"5": "x"}, {"5": None},
)  # fmt: skip
MODELS: tuple[Callable[[str], str], ...] = (
    lambda model: f"{model}x", lambda model: model[:-1], str.upper, lambda model: "",
    lambda model: f"{model}:nobody", lambda model: " ", lambda model: "no-such-model-anywhere",
    lambda model: f"{model}:",
)  # fmt: skip
TEXT = {"type": "text", "text": "Say ok."}
PARTS: tuple[Any, ...] = (
    {"type": "thing", "thing": "x"},
    {"type": "text"},
    {"text": "no type"},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    "text", None, 5,
)  # fmt: skip


def likely(subject: Subject) -> tuple[Mutation, ...]:
    """Return a mutation or two for each rule that a body can break."""
    made: list[Mutation] = []
    for name, (low, high) in sorted(subject.bounds.items()):
        step = 0.01 if name in _FRACTIONS else 1
        made += [_setting({name: value}) for value in (low - step, high + step)]
    for name in TYPED:
        made.append(_setting({name: 5 if name in _TEXTS else "x"}))
    for name in ("temperature", "max_tokens", "n"):
        made += [_setting({name: value}) for value in NO_NUMBERS]
    made += [_setting({"stream": "true"}), _setting({"logprobs": "yes"})]
    for name in ("model", "messages"):
        made += [partial(_drop, name), partial(_nothing_but, (name,))]
    made += [partial(_turn, {"role": role}) for role in ROLES]
    made += [partial(_turn, {"content": value}) for value in NO_TEXTS]
    made += [partial(_turn_without, name) for name in ("role", "content")]
    for part in PARTS:
        made += [partial(_parts, [part]), partial(_parts, [TEXT, part])]
    made += [_setting({"messages": turns}) for turns in TURNS]
    made += [partial(_other_turn, role, at) for role in SPEAKERS for at in (0.0, 0.5, 1.0)]
    made += [partial(_only_turn, role) for role in SPEAKERS if role != "user"]
    made += [_setting({name: value}) for name, value in WISHES]
    made += [_setting({"stop": stop}) for stop in STOPS]
    made += [_setting({"logit_bias": bias}) for bias in BIASES]
    made += [partial(_other_model, spelt) for spelt in MODELS]
    made += [
        partial(_parts, []), partial(_nothing_but, ()), _caps_at_odds, _options_alone,
        _top_logprobs_alone,
    ]  # fmt: skip
    return tuple(made)


def unlikely(subject: Subject) -> tuple[Mutation, ...]:
    """Return what else can be in the place of a value, each once; of chance, several times."""
    made: list[Mutation] = []
    for name in TYPED:
        made += [_setting({name: value}) for value in OTHER_VALUES]
    for name, (low, high) in sorted(subject.bounds.items()):
        far = (low - 1000, high + 1000, -(10**30), 10**30)
        made += [_setting({name: value}) for value in far]
    for name in ("role", "content", "name"):
        made += [partial(_turn, {name: value}) for value in OTHER_VALUES]
    made += [partial(_nested, depth) for depth in (100, 400)]
    made += [_hostile_text] * 20
    return tuple(made)


def _setting(fields: Body) -> Mutation:
    return partial(_set, fields)


def _set(fields: Body, dice: random.Random, body: Body) -> None:
    body.update(copy.deepcopy(fields))


def _drop(name: str, dice: random.Random, body: Body) -> None:
    body.pop(name, None)


def _nothing_but(kept: tuple[str, ...], dice: random.Random, body: Body) -> None:
    for name in sorted(body):
        if name not in kept:
            del body[name]


def _one_turn(dice: random.Random, body: Body) -> Body:
    """Return a turn to change; of a body that has none, one that is thrown away."""
    turns = body.get("messages")
    turn = dice.choice(turns) if isinstance(turns, list) and turns else None
    return turn if isinstance(turn, dict) else {}


def _turn(fields: Body, dice: random.Random, body: Body) -> None:
    _one_turn(dice, body).update(fields)


def _turn_without(name: str, dice: random.Random, body: Body) -> None:
    _one_turn(dice, body).pop(name, None)


def _parts(parts: list[Any], dice: random.Random, body: Body) -> None:
    _one_turn(dice, body)["content"] = copy.deepcopy(parts)


def _hostile_text(dice: random.Random, body: Body) -> None:
    _one_turn(dice, body)["content"] = texts.hostile(dice)


def _other_turn(role: str, at: float, dice: random.Random, body: Body) -> None:
    turns = body.get("messages")
    if isinstance(turns, list):
        turns.insert(round(at * len(turns)), {"role": role, "content": texts.plain(dice)})


def _only_turn(role: str, dice: random.Random, body: Body) -> None:
    body["messages"] = [{"role": role, "content": texts.plain(dice)}]


def _nested(depth: int, dice: random.Random, body: Body) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value] if dice.random() < 0.5 else {"a": value}
    body["x_deep"] = value


def _other_model(spelt: Callable[[str], str], dice: random.Random, body: Body) -> None:
    if isinstance(body.get("model"), str):
        body["model"] = spelt(body["model"])


def _caps_at_odds(dice: random.Random, body: Body) -> None:
    body.update(max_tokens=2, max_completion_tokens=3)


def _options_alone(dice: random.Random, body: Body) -> None:
    body.pop("stream", None)
    body["stream_options"] = {"include_usage": True}


def _top_logprobs_alone(dice: random.Random, body: Body) -> None:
    body.pop("logprobs", None)
    body["top_logprobs"] = 2


_FRACTIONS = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty"})
_TEXTS = frozenset({"model", "messages", "stop", "user", "lora"})
"""Fields of which a text is no wrong type, or the commonest one."""
