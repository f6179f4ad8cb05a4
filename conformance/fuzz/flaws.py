"""Flaws: where a JSON value departs from a schema of the contract. Knows no requirement.

Reads the part of JSON Schema that request schemas use. It is the suite's own reader: the mock has
another, so that a mistake made once cannot hide itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.json_view import ABSENT
from openapi import Contract

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One departure."""

    path: Path
    """Where it is; of something missing, where it should be."""
    keyword: str
    """The keyword of JSON Schema that is broken."""
    value: Any = ABSENT
    code: str = ""
    """The `x-code` that stands beside the keyword; empty without one."""
    param: str = ""
    """The `x-param` that stands beside the keyword; empty without one."""

    @property
    def shape(self) -> str:
        """The path with `[]` for every index, such as `messages[].content`."""
        return written(self.path, indexes=False)


def written(path: Path, *, indexes: bool = True) -> str:
    """Return a path as clients write it, such as `messages[0].content`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]" if indexes else "[]"
        else:
            text += f".{part}" if text else part
    return text


def flaws(value: Any, schema: Mapping[str, Any], law: Contract, path: Path = ()) -> Iterator[Flaw]:
    """Yield every departure of a value, in the schema's order; of a wrong type nothing else."""
    if "$ref" in schema:
        schema = law.follow(schema)
    types = schema.get("type", ())
    allowed = (types,) if isinstance(types, str) else tuple(types)
    if allowed and not any(_is(value, name) for name in allowed):
        yield _flaw(path, "type", value, schema)
        return
    if "enum" in schema and value not in schema["enum"]:
        yield _flaw(path, "enum", value, schema)
    if "const" in schema and value != schema["const"]:
        yield _flaw(path, "const", value, schema)
    if isinstance(value, str):
        yield from _of_text(value, schema, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _of_number(value, schema, path)
    elif isinstance(value, list):
        yield from _of_array(value, schema, law, path)
    elif isinstance(value, dict):
        yield from _of_object(value, schema, law, path)
    if "if" in schema and not any(flaws(value, schema["if"], law, path)):
        for flaw in flaws(value, schema.get("then", {}), law, path):
            yield Flaw(flaw.path, flaw.keyword, flaw.value, *_marks(schema["then"]))
    for part in schema.get("allOf", ()):
        yield from flaws(value, part, law, path)


def _marks(schema: Mapping[str, Any]) -> tuple[str, str]:
    return str(schema.get("x-code", "")), str(schema.get("x-param", ""))


def _flaw(path: Path, keyword: str, value: Any, schema: Mapping[str, Any]) -> Flaw:
    return Flaw(path, keyword, value, *_marks(schema))


def _is(value: Any, name: str) -> bool:
    match name:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return whole and not isinstance(value, bool)
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


def _of_text(value: str, schema: Mapping[str, Any], path: Path) -> Iterator[Flaw]:
    if len(value) < schema.get("minLength", 0):
        yield _flaw(path, "minLength", value, schema)
    if len(value) > schema.get("maxLength", len(value)):
        yield _flaw(path, "maxLength", value, schema)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield _flaw(path, "pattern", value, schema)


def _of_number(value: float, schema: Mapping[str, Any], path: Path) -> Iterator[Flaw]:
    if value < schema.get("minimum", value):
        yield _flaw(path, "minimum", value, schema)
    if value > schema.get("maximum", value):
        yield _flaw(path, "maximum", value, schema)


def _of_array(
    value: list[Any], schema: Mapping[str, Any], law: Contract, path: Path
) -> Iterator[Flaw]:
    if len(value) < schema.get("minItems", 0):
        yield _flaw(path, "minItems", value, schema)
    if len(value) > schema.get("maxItems", len(value)):
        yield _flaw(path, "maxItems", value, schema)
    if "items" in schema:
        for index, item in enumerate(value):
            yield from flaws(item, schema["items"], law, (*path, index))


def _of_object(
    value: dict[str, Any], schema: Mapping[str, Any], law: Contract, path: Path
) -> Iterator[Flaw]:
    for name in schema.get("required", ()):
        if name not in value:
            yield _flaw((*path, name), "required", ABSENT, schema)
    properties = schema.get("properties", {})
    for name, item in value.items():
        if name in properties:
            yield from flaws(item, properties[name], law, (*path, name))
        elif isinstance(schema.get("additionalProperties"), Mapping):
            yield from flaws(item, schema["additionalProperties"], law, (*path, name))
    if "propertyNames" in schema:
        for name in value:
            for flaw in flaws(name, schema["propertyNames"], law, path):
                yield Flaw(path, "propertyNames", flaw.value, *_marks(schema))
