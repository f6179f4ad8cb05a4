"""Bodies: chat requests that keep every rule of the contract, at and between its bounds.

Knows nothing of what is done to them afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.baseline import COUNTING
from conformance.fuzz import texts

Body = dict[str, Any]
CAPS = (1, 1, 2, 3, 5, 8, 16)
LONG = 100
"""A cap under which a stream shows what comes late."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the cases are about."""

    model: str
    window: int | None = None
    greedy: str = ""
    """The target's own answer, from which stop texts are cut."""
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Least and greatest value of each numeric parameter, from the contract."""


def plainest(dice: random.Random, subject: Subject) -> Body:
    """Return a body that every server takes, whatever else it can do."""
    turn = {"role": "user", "content": texts.plain(dice)}
    return {"model": subject.model, "messages": [turn], "max_tokens": dice.choice((1, 2, 4))}


def at_length(dice: random.Random, made: Body) -> None:
    """Ask for an answer of a hundred tokens."""
    made["messages"] = [{"role": "user", "content": COUNTING}]
    made["max_tokens"] = LONG
    for name in ("max_completion_tokens", "n", "stop", "top_logprobs", "logprobs"):
        made.pop(name, None)


def body(dice: random.Random, subject: Subject) -> Body:
    """Return a legal body: a conversation and up to five parameters."""
    made: Body = {"model": subject.model, "messages": conversation(dice)}
    if dice.random() < 0.9:
        made["max_tokens"] = dice.choice(CAPS)
    if dice.random() < 0.4:
        made["stream"] = True
        if dice.random() < 0.6:
            made["stream_options"] = {"include_usage": dice.random() < 0.8}
    names = sorted(_PARAMETERS)
    for name in dice.sample(names, dice.choice((0, 0, 1, 1, 2, 3, 5))):
        made[name] = _PARAMETERS[name](dice, subject)
    if made.get("n", 1) != 1 or "max_tokens" not in made:
        made["max_tokens"] = dice.choice((1, 2, 4))
    if dice.random() < 0.06:
        at_length(dice, made)
    if "max_completion_tokens" in made:
        made["max_tokens"] = made["max_completion_tokens"]
    if isinstance(made.get("top_logprobs"), int):
        made["logprobs"] = True
    return made


def conversation(dice: random.Random) -> list[Body]:
    """Return one turn to fifty: perhaps a system text, then user and assistant by turns."""
    turns: list[Body] = []
    if dice.random() < 0.2:
        turns.append({"role": dice.choice(("system", "developer")), "content": texts.plain(dice)})
    for _ in range(dice.choice((0, 0, 0, 0, 1, 1, 2, 6, 24))):
        turns.append({"role": "user", "content": content(dice)})
        turns.append({"role": "assistant", "content": texts.plain(dice)})
    turns.append({"role": "user", "content": content(dice)})
    if dice.random() < 0.05:
        turns[-1]["name"] = "alice"
    return turns


def content(dice: random.Random) -> Any:
    """Return a text, or now and then text parts."""
    if dice.random() < 0.1:
        return [{"type": "text", "text": texts.legal(dice)} for _ in range(dice.randrange(1, 4))]
    return texts.legal(dice)


def _number(name: str) -> Callable[[random.Random, Subject], Any]:
    def make(dice: random.Random, subject: Subject) -> float:
        low, high = subject.bounds.get(name, (0.0, 1.0))
        return dice.choice((low, high, round(dice.uniform(low, high), 3)))

    return make


def _integer(name: str, most: int) -> Callable[[random.Random, Subject], Any]:
    def make(dice: random.Random, subject: Subject) -> int:
        low, high = subject.bounds.get(name, (1, most))
        high = min(high, most)
        return dice.choice((int(low), int(high), dice.randint(int(low), int(high))))

    return make


def _stop(dice: random.Random, subject: Subject) -> Any:
    cut = subject.greedy[8:11] or "zz"
    return dice.choice((cut, [cut], ["\u2691", cut], "\n\n", ["a1", "b2", "c3", "d4"]))


_PARAMETERS: Mapping[str, Callable[[random.Random, Subject], Any]] = {
    "temperature": _number("temperature"),
    "top_p": _number("top_p"),
    "presence_penalty": _number("presence_penalty"),
    "frequency_penalty": _number("frequency_penalty"),
    "n": _integer("n", 4),
    "seed": lambda dice, subject: dice.choice((0, 7, -1, 2**31, 2**63 - 1, -(2**63))),
    "top_k": _integer("top_k", 50),
    "top_logprobs": _integer("top_logprobs", 20),
    "max_completion_tokens": lambda dice, subject: dice.choice(CAPS),
    "stop": _stop,
    "logit_bias": lambda dice, subject: {"5": dice.choice((-100, 0, 1.5, 100))},
    "logprobs": lambda dice, subject: True,
    "user": lambda dice, subject: texts.legal(dice),
    "metadata": lambda dice, subject: {"run": texts.plain(dice)},
    "store": lambda dice, subject: dice.random() < 0.5,
    "response_format": lambda dice, subject: {"type": "text"},
    "tools": lambda dice, subject: dice.choice(([], None)),
    "tool_choice": lambda dice, subject: dice.choice(("none", "auto", None)),
    "x_unknown": lambda dice, subject: dice.choice((None, 1, {"depth": [1, None]}, "x")),
}
