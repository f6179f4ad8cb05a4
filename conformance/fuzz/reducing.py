"""Reducing: smaller requests made from one, the boldest first. Knows no verdict and sends nothing.

Messages go first, then parameters, then text, so that what is left is what matters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.exchange import Manner, Request, Sending
from conformance.fuzz import texture

SMALLEST = "x"
_MODEL = "model"


def reductions(request: Request) -> Iterator[Request]:
    """Yield requests that are smaller than one in one way each, and otherwise the same."""
    ordinary = (("Content-Type", "application/json"),)
    if request.manner != Manner():
        yield replace(request, manner=Manner())
    if request.sending != Sending():
        yield replace(request, sending=Sending(), timeout=None)
    if request.headers != ordinary:
        yield replace(request, headers=ordinary)
    data = request.body or b""
    for smaller in _of_bytes(data):
        if len(smaller) < len(data):
            yield replace(request, body=smaller)


def _of_bytes(data: bytes) -> Iterator[bytes]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        yield from _cut(data)
        return
    yield texture.plain(value)
    if isinstance(value, dict):
        for body in _of_body(value):
            yield texture.plain(body)
    else:
        for smaller in _of_value(value):
            yield texture.plain(smaller)
    yield from _cut(data)


def _cut(data: bytes) -> Iterator[bytes]:
    """Yield the bytes without a half, a quarter and so on, down to a sixteenth."""
    yield from (b"", b"{", b"x")
    size = len(data) // 2
    while size and size >= len(data) // 16:
        for start in range(0, len(data), size):
            yield data[:start] + data[start + size :]
        size //= 2


def _of_body(body: dict[str, Any]) -> Iterator[Any]:
    yield from _with(body, "messages", _of_turns(body.get("messages")))
    others = [name for name in body if name not in (_MODEL, "messages")]
    if len(others) > 1:
        yield {name: value for name, value in body.items() if name not in others}
        half = set(others[: len(others) // 2])
        yield {name: value for name, value in body.items() if name not in half}
        half = set(others[len(others) // 2 :])
        yield {name: value for name, value in body.items() if name not in half}
    for name in (*others, "messages", _MODEL):
        yield {other: value for other, value in body.items() if other != name}
    for name in others:
        yield from _with(body, name, _of_value(body.get(name)))


def _with(body: dict[str, Any], name: str, values: Iterator[Any]) -> Iterator[dict[str, Any]]:
    if name in body:
        for value in values:
            yield {**body, name: value}


def _of_turns(turns: Any) -> Iterator[Any]:
    if not isinstance(turns, list):
        yield from _of_value(turns)
        return
    if len(turns) > 1 or turns != [{"role": "user", "content": SMALLEST}]:
        yield [{"role": "user", "content": SMALLEST}]
    if len(turns) > 1:
        middle = len(turns) // 2
        yield from (turns[:1], turns[-1:], turns[:middle], turns[middle:])
        for index in range(len(turns)):
            yield turns[:index] + turns[index + 1 :]
    for index, turn in enumerate(turns):
        for smaller in _of_turn(turn):
            yield [*turns[:index], smaller, *turns[index + 1 :]]


def _of_turn(turn: Any) -> Iterator[Any]:
    if not isinstance(turn, dict):
        yield from _of_value(turn)
        return
    for name in turn:
        if name not in ("role", "content"):
            yield {other: value for other, value in turn.items() if other != name}
    if "content" in turn:
        for content in (SMALLEST, *_of_value(turn["content"])):
            if content != turn["content"]:
                yield {**turn, "content": content}


def _of_value(value: Any) -> Iterator[Any]:
    """Yield simpler values of the same type, the simplest first."""
    match value:
        case str() if value:
            yield from (value[:1], value[: len(value) // 2], value[len(value) // 2 :])
            if len(value) <= 40:
                for index in range(len(value)):
                    yield value[:index] + value[index + 1 :]
        case bool() | None:
            return
        case int() | float():
            yield from (simple for simple in (0, 1, -1, 2) if simple != value)
        case list():
            yield from ([], value[: len(value) // 2], value[len(value) // 2 :])
            for index, item in enumerate(value[:20]):
                yield value[:index] + value[index + 1 :]
                yield [item] if len(value) > 1 else item
                for smaller in _of_value(item):
                    yield [*value[:index], smaller, *value[index + 1 :]]
        case dict():
            yield {}
            for name, item in list(value.items())[:20]:
                yield {other: each for other, each in value.items() if other != name}
                for smaller in _of_value(item):
                    yield {**value, name: smaller}
