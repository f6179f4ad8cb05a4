"""JSON text to values and back, by orjson; strict where the contract is. Knows no message."""

from __future__ import annotations

import json
from typing import Any

import orjson

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
    if not _colons_agree(body, value):
        try:
            json.loads(body, object_pairs_hook=_once)
        except RecursionError:
            raise NotJsonError("it is nested too deeply") from None
    return value


def _colons_agree(body: bytes, value: Any) -> bool:
    """Tell, quickly, that every member of every object was kept; False where it might not be.

    Each member has its colon, and strings have theirs, unless one is written as an escape. What was
    left out when a key came again takes at least one colon with it.
    """
    if b"\\u003" in body:
        return False
    try:
        return body.count(b":") == orjson.dumps(value).count(b":")
    except orjson.JSONEncodeError:
        return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise NotJsonError(f"the key {key[:60]!r} stands twice in one object")
        seen[key] = value
    return seen
