"""Requests that hold a field of a wrong type. Judge nothing."""

from __future__ import annotations

from typing import Any

from conformance.probe import Probe
from conformance.probes.request_cases import ASK, Case, Row, sending
from conformance.probes.request_malformed import TYPE, USER

SAMPLING: dict[str, Any] = {
    "top_p": "high",
    "n": "two",
    "seed": "x",
    "presence_penalty": "x",
    "frequency_penalty": {},
}
"""Fields that steer the answer, each with a value of a wrong type."""

OTHERS: dict[str, Any] = {
    "logit_bias": [1],
    "logprobs": "yes",
    "metadata": "x",
    "user": 5,
    "tools": "x",
}
"""The remaining ones."""


def _user(content: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": content}]


def _spoken_by(role: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": ASK}]}


TYPES = (
    Row(
        "request.model-type-refused",
        "`model` is not a string",
        (
            Case("model-number", {"model": 7}, "model"),
            Case(
                "model-list",
                lambda body: body.replace(b'"model":', b'"model":["x"],"m":'),
                "model",
                gateway=True,
            ),
        ),
        TYPE,
    ),
    Row(
        "request.messages-type-refused",
        "`messages` is not an array",
        (
            Case("messages-string", {"messages": ASK}, "messages"),
            Case("messages-string-streamed", {"messages": ASK, "stream": True}, "messages"),
            Case("messages-object", {"messages": USER}, "messages", gateway=True),
        ),
        TYPE,
    ),
    Row(
        "request.message-type-refused",
        "a message is not an object",
        (
            Case("message-string", {"messages": [ASK]}, "messages[0]"),
            Case("message-null", {"messages": [USER, None], "stream": True}, "messages[1]"),
        ),
        TYPE,
    ),
    Row(
        "request.content-type-refused",
        "`content` is neither text nor an array of parts",
        (
            Case("content-number", {"messages": _user(5)}, "messages[0].content"),
            Case(
                "content-object",
                {"messages": _user({"text": ASK})},
                "messages[0].content",
                gateway=True,
            ),
            Case(
                "content-of-strings",
                {"messages": _user([ASK])},
                "messages[0].content[0]",
                gateway=True,
            ),
        ),
        TYPE,
    ),
    Row(
        "request.content-null-refused",
        "a user's `content` is null",
        (Case("content-null", {"messages": _user(None)}, "messages[0].content", gateway=True),),
        TYPE,
    ),
    Row(
        "request.temperature-type-refused",
        "`temperature` is not a number",
        (
            Case("temperature-word", {"temperature": "hot"}, "temperature"),
            Case(
                "temperature-word-streamed", {"temperature": "hot", "stream": True}, "temperature"
            ),
        ),
        TYPE,
    ),
    Row(
        "request.max-tokens-type-refused",
        "a cap is not a number",
        (Case("cap-word", {"max_tokens": "many", "stream": True}, "max_tokens"),),
        TYPE,
    ),
    Row(
        "request.stop-type-refused",
        "`stop` is neither text nor an array of text",
        (Case("stop-number", {"stop": 5}, "stop"),),
        TYPE,
    ),
    Row(
        "request.stream-type-refused",
        "`stream` is not a boolean",
        (
            Case("stream-word", {"stream": "maybe"}, "stream"),
            Case("stream-quoted", {"stream": "false"}, "stream", gateway=True),
        ),
        TYPE,
    ),
    Row(
        "request.numeric-string-refused",
        "a number in quotes is text",
        (
            Case("temperature-quoted", {"temperature": "0"}, "temperature", gateway=True),
            Case("cap-quoted", {"max_tokens": "1"}, "max_tokens", gateway=True),
        ),
        TYPE,
    ),
    Row(
        "request.boolean-number-refused",
        "true is not a number",
        (Case("temperature-true", {"temperature": True}, "temperature"),),
        TYPE,
    ),
    Row(
        "request.fraction-refused",
        "an integer is due",
        (Case("cap-fraction", {"max_tokens": 1.5}, "max_tokens", gateway=True),),
        TYPE,
    ),
    Row(
        "request.role-type-refused",
        "a role is text",
        (
            Case("role-number", _spoken_by(5), "messages[0].role"),
            Case("role-number-streamed", {**_spoken_by(5), "stream": True}, "messages[0].role"),
        ),
        TYPE,
    ),
    Row(
        "request.sampling-types-refused",
        "the field has another type",
        tuple(
            Case(f"{name}-word", {name: value}, name, gateway=name.endswith("_penalty"))
            for name, value in SAMPLING.items()
        ),
        TYPE,
    ),
    Row(
        "request.stream-options-type-refused",
        "`stream_options` is an object",
        (Case("options-word", {"stream": True, "stream_options": "x"}, "stream_options"),),
        TYPE,
    ),
    Row(
        "request.other-types-refused",
        "the field has another type",
        tuple(
            Case(
                f"{name}-wrong-type",
                {name: value, "stream": True},
                name,
                gateway=name in ("logprobs", "metadata", "user"),
            )
            for name, value in OTHERS.items()
        ),
    ),
)

IN_BOTH_MODES = ("messages-string", "temperature-word", "role-number")
"""Labels of cases that are sent once more, with `stream: true`, as `...-streamed`."""

WRONG_TYPES = Probe("request-types", sending(TYPES))
