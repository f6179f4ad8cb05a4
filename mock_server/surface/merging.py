"""Merging: several schemas that all have to hold, made one. Validates nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mock_server.surface.draw import Draw
from openapi import Contract

_DEEPEST = 24
_LARGEST = frozenset(
    {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"}
)
_SMALLEST = frozenset(
    {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"}
)
_APPLIED = ("allOf", "anyOf", "oneOf", "$ref")


def flat(schema: Any, contract: Contract, draw: Draw, depth: int = 0) -> dict[str, Any]:
    """Return one schema without references and alternatives: one of each is drawn.

    `true` and what is nested beyond reason become a schema that allows anything.
    """
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return {}
    found: dict[str, Any] = {}
    if isinstance(schema.get("$ref"), str):
        found = flat(contract.follow({"$ref": schema["$ref"]}), contract, draw, depth + 1)
    own = {key: value for key, value in schema.items() if key not in _APPLIED}
    found = merged(found, own)
    for each in schema.get("allOf") or ():
        found = merged(found, flat(each, contract, draw, depth + 1))
    for word in ("oneOf", "anyOf"):
        options = [each for each in schema.get(word) or () if each is not False]
        if options:
            found = merged(found, flat(draw.among(options), contract, draw, depth + 1))
    return found


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that is as narrow as both."""
    result = dict(one)
    for key, value in other.items():
        if key not in result or result[key] == value:
            result[key] = value
        elif key == "required":
            result[key] = list(dict.fromkeys([*result[key], *value]))
        elif key in ("properties", "patternProperties"):
            result[key] = _named(result[key], value)
        elif key == "type":
            result[key] = _types(result[key], value)
        elif key == "enum":
            result[key] = [each for each in result[key] if each in value] or value
        elif key in _LARGEST:
            result[key] = max(result[key], value)
        elif key in _SMALLEST:
            result[key] = min(result[key], value)
        elif key in ("items", "additionalProperties", "contains"):
            result[key] = _both(result[key], value)
        else:
            result[key] = value
    return result


def _named(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _both(one[name], other[name])
        if name in one and name in other
        else one.get(name, other.get(name))
        for name in dict.fromkeys([*one, *other])
    }


def _both(one: Any, other: Any) -> Any:
    if one is True:
        return other
    if other is True or one == other:
        return one
    return {"allOf": [one, other]}


def _types(one: Any, other: Any) -> Any:
    first, second = _listed(one), _listed(other)
    shared = [kind for kind in first if kind in second]
    if ("integer" in second and "number" in first) or ("integer" in first and "number" in second):
        shared = [*shared, "integer"]
    return shared or second


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
