"""Edges: legal values at the end of what is legal, one field each. Knows no oracle."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from conformance.fuzz import texts
from conformance.fuzz.bodies import Body, Subject

Edge = Callable[[random.Random, Body], None]
OPTIONAL = (
    "temperature", "top_p", "n", "seed", "stop", "presence_penalty", "frequency_penalty", "top_k",
    "logit_bias", "logprobs", "top_logprobs", "stream", "stream_options", "user", "metadata",
    "store", "tools", "functions", "tool_choice", "function_call", "response_format", "lora",
    "x_unknown", "max_tokens", "max_completion_tokens",
)  # fmt: skip
"""Fields that may be null."""
VALUES: tuple[Body, ...] = (
    {"seed": 0}, {"seed": -1}, {"seed": 2**63 - 1}, {"seed": -(2**63)}, {"seed": 9007199254740993},
    {"n": 2}, {"n": 3}, {"stop": "zz"}, {"stop": ["zz"]}, {"stop": ["a1", "b2", "c3", "d4"]},
    {"stop": "\n"}, {"stop": "\u6d77"}, {"logit_bias": {"5": 100}}, {"logit_bias": {"5": -100}},
    {"logit_bias": {}}, {"logprobs": True}, {"logprobs": False},
    {"logprobs": True, "top_logprobs": 0}, {"logprobs": True, "top_logprobs": 20},
    {"stream": True}, {"stream": False},
    {"stream": True, "stream_options": {"include_usage": True}},
    {"stream": True, "stream_options": {"include_usage": False}},
    {"stream": True, "stream_options": {}}, {"user": ""}, {"user": "u" * 500}, {"metadata": {}},
    {"metadata": {"a": "b"}}, {"store": True}, {"store": False}, {"tools": []}, {"functions": []},
    {"tool_choice": "none"}, {"tool_choice": "auto"}, {"response_format": {"type": "text"}},
    {"x_unknown": 1}, {"x_unknown": {"depth": [1, None]}}, {"max_tokens": 1},
    {"max_tokens": 4, "max_completion_tokens": 4},
)  # fmt: skip


def edges(subject: Subject) -> tuple[Edge, ...]:
    """Return every edge: of each number, of each field that may be null, and of conversations."""
    return tuple(_of_fields(subject)) + _OF_TURNS


def _of_fields(subject: Subject) -> Iterator[Edge]:
    for name, bounds in sorted(subject.bounds.items()):
        for value in bounds:
            if not name.startswith(("max_", "n", "seed", "top_logprobs")):
                yield partial(_set, {name: int(value) if float(value).is_integer() else value})
    for name in OPTIONAL:
        yield partial(_set, {name: None})
    for fields in VALUES:
        yield partial(_set, fields)


def _set(fields: Body, dice: random.Random, body: Body) -> None:
    body.update(fields)


def _turns(turns: list[tuple[str, Any]], dice: random.Random, body: Body) -> None:
    body["messages"] = [{"role": role, "content": content} for role, content in turns]


def _named(dice: random.Random, body: Body) -> None:
    body["messages"][-1]["name"] = "alice"


def _unknown_in_turn(dice: random.Random, body: Body) -> None:
    body["messages"][-1]["x_unknown"] = dice.choice((None, 1, {"a": []}))


def _script(script: str, dice: random.Random, body: Body) -> None:
    body["messages"][-1]["content"] = script


def _newer(dice: random.Random, body: Body) -> None:
    body["max_completion_tokens"] = body.pop("max_tokens", 4)


def _any_plane(start: int, dice: random.Random, body: Body) -> None:
    body["messages"][-1]["content"] = "Say " + "".join(
        chr(start + dice.randrange(0x80)) for _ in range(4)
    )


ASK, ANSWER, RULE = "Say ok.", "ok", "Be brief."
_PART = {"type": "text", "text": ASK}
_OF_TURNS: tuple[Edge, ...] = (
    _named, _unknown_in_turn, _newer,
    *(partial(_turns, turns) for turns in (
        [("user", ASK), ("assistant", ANSWER), ("user", ASK)],
        [("system", RULE), ("user", ASK)],
        [("developer", RULE), ("user", ASK)],
        [("system", RULE), ("developer", RULE), ("user", ASK)],
        [("user", ASK), ("assistant", ANSWER), ("system", RULE), ("user", ASK)],
        [("user", ASK), ("system", RULE)],
        [("user", ASK), ("user", ASK)],
        [("user", ASK), ("assistant", ANSWER), ("assistant", ANSWER), ("user", ASK)],
        [("user", [_PART])],
        [("user", [_PART, _PART])],
        [("user", ASK), ("assistant", [_PART]), ("user", ASK)],
        [("system", [_PART]), ("user", ASK)],
    )),
    *(partial(_script, script) for script in texts.SCRIPTS),
    *(partial(_any_plane, start) for start in texts.PLANES),
)  # fmt: skip
