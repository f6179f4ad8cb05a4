"""Kinds: which JSON types a schema asks for, and texts turned into them. Validates nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi import Contract

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DEEPEST = 16
"""Schemas within schemas that are looked at for a type."""


def branches(schema: Any, contract: Contract, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and those that stand for it: its `$ref`, `allOf`, `anyOf` and `oneOf`."""
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return
    if "$ref" in schema:
        yield from branches(contract.follow(schema), contract, depth + 1)
    yield schema
    for word in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(word) or ():
            yield from branches(each, contract, depth + 1)


def kinds(schema: Any, contract: Contract) -> frozenset[str]:
    """Return the JSON types a schema names or implies; empty where it says nothing of them."""
    found: set[str] = set()
    for one in branches(schema, contract):
        named = one.get("type")
        found.update(named if isinstance(named, list) else [named] if named else [])
        if "properties" in one:
            found.add("object")
        if "items" in one:
            found.add("array")
        values = [*(one.get("enum") or ()), *([one["const"]] if "const" in one else [])]
        found.update(_NAMES[type(value)] for value in values if type(value) in _NAMES)
    return frozenset(found)


def members(schema: Any, contract: Contract) -> dict[str, Any]:
    """Return the properties a schema names, with their schemas."""
    found: dict[str, Any] = {}
    for one in branches(schema, contract):
        for name, inner in (one.get("properties") or {}).items():
            found.setdefault(name, inner)
    return found


def items(schema: Any, contract: Contract) -> Any:
    """Return the schema of an array's items, or None."""
    for one in branches(schema, contract):
        if "items" in one:
            return one["items"]
    return None


def converted(raw: Any, schema: Any, contract: Contract) -> Any:
    """Return texts as the values a schema asks for; what is no such value stays a text."""
    if isinstance(raw, list):
        inner = items(schema, contract)
        return [converted(one, inner, contract) for one in raw]
    if isinstance(raw, dict):
        known = members(schema, contract)
        return {name: converted(value, known.get(name), contract) for name, value in raw.items()}
    if not isinstance(raw, str):
        return raw
    wanted = kinds(schema, contract)
    if "integer" in wanted and _INTEGER.fullmatch(raw) and len(raw) < 400:
        return int(raw)
    if wanted & {"number", "integer"} and _NUMBER.fullmatch(raw):
        number = float(raw)
        return raw if number in (float("inf"), float("-inf")) else number
    if "boolean" in wanted and raw in ("true", "false"):
        return raw == "true"
    if "null" in wanted and "string" not in wanted and raw in ("", "null"):
        return None
    return raw


_NAMES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}
