"""JSON text to values and back, by orjson; strict where the contract is. Knows no message."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_KEY = re.compile(rb'"[ \t\r\n]*:')

dumps = orjson.dumps


def sorted_dumps(value: Any) -> bytes:
    """Return the JSON text of a value with the keys of each object in order."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


class NotJsonError(ValueError):
    """The bytes are no JSON text, or one that two readers could understand differently."""


def loads(body: bytes) -> Any:
    """Parse a JSON text.

    Raises NotJsonError with one clause of reason for a syntax error, NaN, nesting beyond 1,024
    levels, text that is not UTF-8, and an object that names one key twice.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotJsonError(f"{error.msg} at line {error.lineno} column {error.colno}") from None
    # Counting keys costs two microseconds; only a text that may repeat one is read again slowly.
    if len(_KEY.findall(body)) != _keys(value):
        try:
            json.loads(body, object_pairs_hook=_once)
        except RecursionError:
            raise NotJsonError("it is nested too deeply") from None
    return value


def _keys(value: Any) -> int:
    total = 0
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if type(node) is dict:
            total += len(node)
            waiting.extend(node.values())
        elif type(node) is list:
            waiting.extend(node)
    return total


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise NotJsonError(f"the key {key[:60]!r} stands twice in one object")
        seen[key] = value
    return seen
