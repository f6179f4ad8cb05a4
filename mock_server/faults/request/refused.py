"""Right requests that are turned down: requirement, sentence, and which bodies."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from mock_server.call import Call
from mock_server.faults import fault
from mock_server.problem import Problem

Json = dict[str, Any]
When = Callable[[Json], bool]

KNOWN = frozenset(
    [
        "model",
        "messages",
        "stream",
        "stream_options",
        "max_tokens",
        "max_completion_tokens",
        "n",
        "temperature",
        "top_p",
        "top_k",
        "frequency_penalty",
        "presence_penalty",
        "seed",
        "stop",
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "response_format",
        "tools",
        "tool_choice",
        "functions",
        "function_call",
        "lora",
        "user",
        "metadata",
        "store",
    ]
)


def _roles(body: Json) -> list[str]:
    turns = body.get("messages")
    found = turns if isinstance(turns, list) else []
    return [str(turn.get("role")) for turn in found if isinstance(turn, dict)]


def _turns_hold(*names: str) -> When:
    def when(body: Json) -> bool:
        turns = body.get("messages")
        found = turns if isinstance(turns, list) else []
        return any(name in turn for turn in found if isinstance(turn, dict) for name in names)

    return when


def _parts(body: Json) -> bool:
    turns = body.get("messages")
    found = turns if isinstance(turns, list) else []
    return any(isinstance(turn, dict) and isinstance(turn.get("content"), list) for turn in found)


def _null(*names: str) -> When:
    return lambda body: any(name in body and body[name] is None for name in names)


def _is(name: str, *values: object) -> When:
    return lambda body: any(
        body.get(name) == value and type(body.get(name)) is type(value) for value in values
    )


def _twice(body: Json) -> bool:
    roles = _roles(body)
    return any(one == other for one, other in itertools.pairwise(roles))


def _beyond_16_bits(body: Json) -> bool:
    return any(ord(character) > 0xFFFF for character in str(body.get("messages")))


REFUSED: tuple[tuple[str, str, When], ...] = (
    ("unicode", "characters beyond 16 bits", _beyond_16_bits),
    ("turns-accepted", "more than one turn", lambda body: _roles(body)[1:2] == ["assistant"]),
    ("system-accepted", "system messages", lambda body: "system" in _roles(body)),
    ("developer-accepted", "developer messages", lambda body: "developer" in _roles(body)),
    ("same-role-merged", "two turns of one role", _twice),
    ("late-system", "later instructions", lambda body: "system" in _roles(body)[1:]),
    ("roundtrip", "its own messages", _turns_hold("refusal")),
    ("message-name", "names of messages", _turns_hold("name")),
    ("unknown-nested", "unknown members of messages", _turns_hold("x_unknown")),
    ("unknown-field", "unknown fields", lambda body: not body.keys() <= KNOWN),
    ("null-optional", "null", _null("top_p", "n", "stop", "stream", "seed", "user")),
    ("null-optional/cap", "a cap of null", _null("max_tokens")),
    ("null-optional/options", "stream_options of null", _null("stream_options")),
    ("null-tools", "null for tools", _null("tools", "response_format", "functions", "lora")),
    ("bookkeeping-accepted", "metadata", lambda body: "metadata" in body),
    ("temperature-zero", "temperature 0", _is("temperature", 0, 0.0)),
    ("temperature-edges", "temperature 2", _is("temperature", 2)),
    ("top-p-edges", "top_p 1", _is("top_p", 1)),
    ("top-p-zero", "top_p 0", _is("top_p", 0)),
    ("penalty-edges", "negative penalties", _is("presence_penalty", -2)),
    ("other-edges", "top_k 50", _is("top_k", 50)),
    ("parts-accepted", "content in parts", _parts),
    ("text-format", "a spelt-out format", lambda body: bool(body.get("response_format"))),
    ("empty-tools", "an empty list of tools", lambda body: body.get("tools") == []),
    ("tool-choice-none", "tool_choice none", _is("tool_choice", "none")),
    ("caps-equal", "both caps", lambda body: {"max_tokens", "max_completion_tokens"} <= set(body)),
)


def _refusing(what: str, when: When) -> Callable[[Json, Call], Json]:
    def act(body: Json, call: Call) -> Json:
        del call
        if when(body):
            raise Problem("invalid_value", f"This server does not take {what}.", None)
        return body

    act.__doc__ = f"Refuse {what}."
    return act


for _id, _what, _when in REFUSED:
    fault(f"request.{_id}", at="body")(_refusing(_what, _when))
