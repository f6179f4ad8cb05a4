"""Malformed: what is plainly wrong with a chat request, told from its bytes alone.

Knows no status and no target. Says nothing about what some servers take in good faith: numbers in
quotes, null for a default, a missing model, ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.json_view import ABSENT, kind
from conformance.reading import Reading

_NUMBERS = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
_INTEGERS = ("max_tokens", "max_completion_tokens", "n")
_SWITCHES = frozenset(["true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "0", "1"])


def flaw(reading: Reading) -> str:
    """Return in words why no server can take a chat request, or nothing where one might."""
    if not reading.is_chat or _unread(reading):
        return ""
    body = reading.request_json
    if not body.ok:
        if body.constants or not body.problem.startswith("is "):
            return ""
        return "" if "nested" in body.problem else f"the body {body.problem}"
    if not isinstance(body.value, dict):
        return f"the body is of type {kind(body.value)}, not object"
    return next(_flaws(body.value), "")


def _unread(reading: Reading) -> bool:
    """Whether the body is labelled or sent in a way that may keep a server from reading it."""
    request = reading.exchange.request
    label = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    coded = any(name.lower() == "content-encoding" for name, _ in request.headers)
    odd = request.sending.content_length is not None or request.sending.expect_continue
    return coded or odd or not label.strip().lower().startswith("application/json")


def _flaws(body: Mapping[str, Any]) -> Iterator[str]:
    model = body.get("model", ABSENT)
    if model not in (ABSENT, None) and not isinstance(model, str):
        yield f"`model` is of type {kind(model)}"
    yield from _of_messages(body.get("messages", ABSENT))
    for name in (*_NUMBERS, *_INTEGERS):
        value = body.get(name)
        if isinstance(value, list | dict) or (isinstance(value, str) and not _numeric(value)):
            yield f"`{name}` is of type {kind(value)}"
    stop = body.get("stop")
    if isinstance(stop, int | float | dict):
        yield f"`stop` is of type {kind(stop)}"
    stream = body.get("stream")
    worded = isinstance(stream, str) and stream.strip().lower() not in _SWITCHES
    if worded or isinstance(stream, list | dict):
        yield f"`stream` is of type {kind(stream)}"


def _of_messages(messages: object) -> Iterator[str]:
    if messages is ABSENT:
        yield "`messages` is missing"
    elif not isinstance(messages, list):
        yield f"`messages` is of type {kind(messages)}"
    elif not messages:
        yield "`messages` is empty"
    for place, message in enumerate(messages if isinstance(messages, list) else []):
        where = f"messages[{place}]"
        if not isinstance(message, dict):
            yield f"`{where}` is of type {kind(message)}"
            continue
        role, content = message.get("role", ABSENT), message.get("content", ABSENT)
        if not isinstance(role, str):
            yield f"`{where}.role` is {'missing' if role is ABSENT else f'of type {kind(role)}'}"
        if content is ABSENT and role == "user":
            yield f"`{where}.content` is missing"
        if isinstance(content, bool | int | float | dict):
            yield f"`{where}.content` is of type {kind(content)}"


def _numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
