"""Places: where schemas, references and examples stand in a document. Knows no validator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """What stands at a place."""

    SCHEMA = auto()
    """A whole schema: of a media type, a parameter, a header, or a component."""
    SUBSCHEMA = auto()
    """Any schema within a schema, and the whole ones again."""
    REFERENCE = auto()
    """An object with `$ref`."""
    CARRIER = auto()
    """An object whose examples its `schema` or `itemSchema` describes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node and its JSON pointer."""

    kind: Kind
    pointer: str
    node: Any


class _In(Enum):
    OBJECT = auto()
    """An object of OpenAPI, whose members are fields."""
    NAMES = auto()
    """A map whose members are names that somebody chose."""
    SCHEMA = auto()
    SCHEMA_NAMES = auto()


_NAME_MAPS = frozenset(
    (
        "paths",
        "webhooks",
        "callbacks",
        "responses",
        "headers",
        "content",
        "parameters",
        "links",
        "pathItems",
        "requestBodies",
        "securitySchemes",
        "mediaTypes",
        "variables",
        "examples",
        "encoding",
        "components",
    )
)
_DATA = frozenset(
    (
        "example",
        "default",
        "enum",
        "value",
        "dataValue",
        "security",
        "mapping",
        "scopes",
    )
)
_SCHEMA_NAME_MAPS = frozenset(
    (
        "properties",
        "patternProperties",
        "$defs",
        "definitions",
        "dependentSchemas",
    )
)
_SCHEMAS = frozenset(
    (
        "items",
        "additionalProperties",
        "not",
        "if",
        "then",
        "else",
        "contains",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
        "contentSchema",
        "allOf",
        "anyOf",
        "oneOf",
        "prefixItems",
    )
)


def places(document: Mapping[str, Any]) -> Iterator[Place]:
    """Yield every place in reading order; a container that aliases share is entered once."""
    seen: set[int] = set()
    stack: list[tuple[Any, str, _In]] = [(document, "", _In.OBJECT)]
    while stack:
        node, pointer, inside = stack.pop()
        if not isinstance(node, Mapping | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield from _at(node, pointer, inside)
            members = node.items()
        else:
            members = [(str(index), value) for index, value in enumerate(node)]  # type: ignore[assignment]
        inner = [
            (value, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", context)
            for key, value in members
            if (context := _context(key, value, inside, isinstance(node, list), pointer))
        ]
        stack.extend(reversed(inner))


def _at(node: Mapping[str, Any], pointer: str, inside: _In) -> Iterator[Place]:
    if inside is _In.SCHEMA:
        yield Place(Kind.SUBSCHEMA, pointer, node)
    if inside in (_In.SCHEMA, _In.OBJECT) and isinstance(node.get("$ref"), str):
        yield Place(Kind.REFERENCE, pointer, node)
    if inside is _In.OBJECT:
        for key in ("schema", "itemSchema"):
            if key in node:
                yield Place(Kind.SCHEMA, f"{pointer}/{key}", node[key])
        if {"schema", "itemSchema"} & node.keys() and {"example", "examples"} & node.keys():
            yield Place(Kind.CARRIER, pointer, node)
    if pointer == "/components/schemas":
        for name, schema in node.items():
            escaped = name.replace("~", "~0").replace("/", "~1")
            yield Place(Kind.SCHEMA, f"{pointer}/{escaped}", schema)


def _context(key: str, value: object, inside: _In, in_list: bool, pointer: str) -> _In | None:
    """Tell what a member is; None for data, which holds no places."""
    match inside:
        case _In.SCHEMA if in_list:
            return _In.SCHEMA
        case _In.SCHEMA:
            if key in _SCHEMA_NAME_MAPS:
                return _In.SCHEMA_NAMES
            return _In.SCHEMA if key in _SCHEMAS else None
        case _In.SCHEMA_NAMES:
            return _In.SCHEMA
        case _In.NAMES:
            if pointer == "/components":
                return _In.SCHEMA_NAMES if key == "schemas" else _In.NAMES
            return _In.OBJECT
        case _In.OBJECT:
            if in_list:
                return _In.OBJECT
            if key in _DATA or key.startswith("x-"):
                return None
            if key in ("schema", "itemSchema"):
                return _In.SCHEMA
            named = key in _NAME_MAPS and isinstance(value, Mapping)
            return _In.NAMES if named else _In.OBJECT
