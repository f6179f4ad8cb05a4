"""Features: the one thing that sets a legal request apart from the plainest. Sends nothing.

A request with exactly one feature that is refused breaks the requirement on that feature; with two,
nobody can say which. Shrinking leaves one, so that a refusal ends under the right name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.fuzz import texture
from conformance.fuzz.texts import CONTROL

Value = Callable[[Any, dict[str, Any]], str]
PLAIN = frozenset({"model", "messages", "max_tokens"})
UNCLEAR = "?"
"""A feature of which no requirement says that it is to be taken."""
_NO_LETTERS = frozenset({"Cc", "Cn", "Co", "Cs"})


def feature(body: dict[str, Any], data: bytes, envelope: str) -> str:
    """Return the requirement that wants a legal request taken; empty where there is no single one.

    `envelope` is the requirement on its headers or framing, where those are special.
    """
    found = [envelope] if envelope else []
    if data != texture.plain(body):
        found.append("request.json-spelling")
    found += _of_fields(body)
    found += _of_turns(body.get("messages"))
    return found[0] if len(found) == 1 and found[0] != UNCLEAR else ""


def _of_fields(body: dict[str, Any]) -> Iterator[str]:
    together = body.get("logprobs") is True and "top_logprobs" in body
    for name, value in body.items():
        if name in PLAIN and value is not None:
            continue
        if name == "stream" and isinstance(value, bool):
            continue
        if together and name == "logprobs":
            continue
        if value is None:
            yield _NULL.get(name, "request.null-tools" if name.startswith("x_") else UNCLEAR)
        elif name.startswith("x_"):
            yield "request.unknown-field"
        else:
            yield _FIELDS[name](value, body) if name in _FIELDS else UNCLEAR


_NULL: Mapping[str, str] = {
    **dict.fromkeys(("tools", "functions", "tool_choice", "function_call", "response_format"),
                    "request.null-tools"),
    **dict.fromkeys(("temperature", "top_p", "n", "seed", "stop", "presence_penalty",
                     "frequency_penalty", "stream", "stream_options", "user", "max_tokens"),
                    "request.null-optional"),
    "lora": "lora.null-field",
}  # fmt: skip


def _always(requirement: str) -> Value:
    return lambda value, body: requirement


def _at(ends: Mapping[float, str]) -> Value:
    def tell(value: Any, body: dict[str, Any]) -> str:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return ends.get(value, UNCLEAR) if is_number else UNCLEAR

    return tell


def _capped(value: Any, body: dict[str, Any]) -> str:
    if "max_tokens" not in body:
        return "sampling.completion-cap-accepted"
    return "request.caps-equal" if body["max_tokens"] == value else UNCLEAR


def _options(value: Any, body: dict[str, Any]) -> str:
    if value == {"include_usage": True}:
        return "usage.stream-options-accepted"
    return "stream.options-forms" if value in ({}, {"include_usage": False}) else UNCLEAR


def _biased(value: Any, body: dict[str, Any]) -> str:
    ends = {abs(each) for each in value.values()} if isinstance(value, dict) else set()
    return "request.other-edges" if ends == {100} else "sampling.logit-bias-accepted"


def _one_of(values: tuple[Any, ...], requirement: str) -> Value:
    return lambda value, body: requirement if value in values else UNCLEAR


_FIELDS: Mapping[str, Value] = {
    "temperature": _at({0: "request.temperature-zero", 2: "request.temperature-edges"}),
    "top_p": _at({1: "request.top-p-edges", 0: "request.top-p-zero"}),
    "presence_penalty": _at({-2: "request.penalty-edges", 2: "request.penalty-edges"}),
    "frequency_penalty": _at({-2: "request.penalty-edges", 2: "request.penalty-edges"}),
    "top_k": _at({1: "request.other-edges", 50: "request.other-edges"}),
    "top_logprobs": _at({0: "request.other-edges", 20: "request.other-edges"}),
    "n": _at({2: "sampling.n-accepted"}),
    "logit_bias": _biased,
    "seed": _always("sampling.seed-accepted"),
    "stop": _always("sampling.stop-accepted"),
    "logprobs": _one_of((True,), "sampling.logprobs-accepted"),
    "max_completion_tokens": _capped,
    "stream_options": _options,
    "user": _always("request.bookkeeping-accepted"),
    "metadata": _always("request.bookkeeping-accepted"),
    "store": _always("request.bookkeeping-accepted"),
    "tools": _one_of(([],), "request.empty-tools"),
    "functions": _one_of(([],), "request.empty-tools"),
    "tool_choice": _one_of(("none", "auto"), "request.tool-choice-none"),
    "response_format": _one_of(({"type": "text"},), "request.text-format"),
}


def _of_turns(turns: Any) -> Iterator[str]:
    """Yield what is special about a conversation, at most one word about its roles."""
    roles = tuple(str(turn.get("role")) for turn in turns)
    if roles != ("user",):
        yield _ROLES.get(_folded(roles), UNCLEAR)
    for turn in turns:
        content = turn.get("content")
        if "name" in turn:
            yield "request.message-name"
        if turn.keys() - {"role", "content", "name"}:
            yield "request.unknown-nested"
        if isinstance(content, list):
            yield "request.parts-accepted"
        elif not str(content).isascii():
            # A character that is none yet, or somebody's own, is no part of a script.
            odd = any(unicodedata.category(each) in _NO_LETTERS for each in str(content))
            yield UNCLEAR if odd else "request.unicode"
        elif any(mark in str(content) for mark in CONTROL):
            yield UNCLEAR


def _folded(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return roles in which user and assistant by turns stand once."""
    while roles[:5] == ("user", "assistant") * 2 + ("user",):
        roles = roles[2:]
    return roles


_ROLES: Mapping[tuple[str, ...], str] = {
    ("user", "assistant", "user"): "request.turns-accepted",
    ("system", "user"): "request.system-accepted",
    ("developer", "user"): "request.developer-accepted",
    ("user", "user"): "request.same-role-merged",
    ("user", "assistant", "system", "user"): "request.late-system",
    ("user", "system"): "request.late-system",
}
