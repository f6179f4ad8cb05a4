"""Schema check: what a response may be by the contract. The only file that knows `jsonschema`.

Which operation, status and media type go together is read here from the contract; validators are
made once for each schema, and documents of one shape are validated once.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from openapi import Contract, Operation, contract

_FREE = frozenset(
    {
        "id", "created", "content", "message", "token", "logprob", "bytes",
        "prompt_tokens", "completion_tokens", "total_tokens", "cost", "code", "param", "index",
    }
)  # fmt: skip
"""Members whose value says nothing of the shape, as long as its kind is the same."""
_UNNAMED = "*"
"""Stands for members that no schema of the contract names: the kind of their values is enough."""


def operation_of(method: str, path: str, at_root: bool) -> Operation | None:
    """Return the operation that a request is meant for; None for paths the contract lacks."""
    plain = path.partition("?")[0].rstrip("/") or "/"
    wanted = [
        each
        for each in _law().operations
        if each.method == method and (each.base == "") == at_root and _matches(each.path, plain)
    ]
    return min(wanted, key=lambda each: each.path.count("{"), default=None)


def responses_of(operation: Operation) -> Mapping[str, Any]:
    """Return status → response of an operation."""
    return _responses(operation.pointer)


@functools.cache
def _responses(pointer: str) -> Mapping[str, Any]:
    found = _law().resolve(pointer).get("responses") or {}
    return {str(status): _law().follow(response) for status, response in found.items()}


def media_types(operation: Operation, status: int) -> tuple[str, ...] | None:
    """Return the media types declared for a status; None for a status that is not declared."""
    responses = responses_of(operation)
    response = responses.get(str(status), responses.get("default"))
    if not isinstance(response, Mapping):
        return None
    return tuple(response.get("content") or {})


def problem_of_body(operation: Operation, status: int, value: Any) -> tuple[str, str] | None:
    """Return where and how a JSON body departs from its schema; None where it does not."""
    response = responses_of(operation).get(str(status)) or {}
    schema = (response.get("content") or {}).get("application/json", {}).get("schema")
    return None if schema is None else _problem(_spelled(schema), value)


def problem_of_component(name: str, value: Any) -> tuple[str, str] | None:
    """Return where and how a value departs from a component schema; None where it does not."""
    return _problem(_spelled({"$ref": f"#/components/schemas/{name}"}), value)


def _problem(schema: str, value: Any) -> tuple[str, str] | None:
    try:
        shape = json.dumps(_shape(value), sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return "", "too deep or too odd to be compared"
    key = (schema, shape)
    if key not in _known:
        if len(_known) > 5000:
            _known.clear()
        _known[key] = _validated(schema, value)
    return _known[key]


_known: dict[tuple[str, str], tuple[str, str] | None] = {}


def _validated(schema: str, value: Any) -> tuple[str, str] | None:
    from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

    error = best_match(_validator(schema).iter_errors(value))
    if error is None:
        return None
    pointer = "".join(f"/{part}" for part in error.absolute_path)
    return pointer, error.message[:200]


@functools.cache
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": _law().document["components"],
        **json.loads(schema),
    }
    return Draft202012Validator(document)


def _shape(value: Any, name: str = "") -> Any:
    """Return a value with what is free in it replaced by its kind."""
    if isinstance(value, dict):
        named = _named()
        shape = {key: _shape(item, key) for key, item in value.items() if key in named}
        if len(shape) < len(value):
            others = [_shape(item, _UNNAMED) for key, item in value.items() if key not in named]
            shape[_UNNAMED] = _distinct(others)
        return shape
    if isinstance(value, list):
        kinds = [_shape(item, name) for item in value]
        if name == "bytes":  # As many as a token has, which is free.
            return _distinct(kinds)
        return kinds if len(kinds) < 3 else [*_distinct(kinds), min(len(kinds), 30)]
    if (name in _FREE or name == _UNNAMED) and value is not None:
        empty = not value and not isinstance(value, bool)
        return f"{type(value).__name__}{' 0' if empty else ''}{_sign(value)}"
    return value


@functools.cache
def _named() -> frozenset[str]:
    """The names that schemas of the contract have for members."""
    found: set[str] = set()
    parts: list[Any] = [_law().document["components"]["schemas"]]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            properties = part.get("properties")
            found.update(properties if isinstance(properties, dict) else ())
            required = part.get("required")
            found.update(required if isinstance(required, list) else ())
            parts.extend(part.values())
        elif isinstance(part, list):
            parts.extend(part)
    return frozenset(found)


def _sign(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return " -" if is_number and value < 0 else ""


def _distinct(kinds: list[Any]) -> list[Any]:
    return [json.loads(text) for text in sorted({json.dumps(each) for each in kinds})]


def _spelled(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, sort_keys=True)


@functools.cache
def _matches(template: str, path: str) -> bool:
    parts = re.split(r"\{[^}]+\}", template)
    return re.fullmatch(".+".join(re.escape(part) for part in parts), path) is not None


def _law() -> Contract:
    return contract()
