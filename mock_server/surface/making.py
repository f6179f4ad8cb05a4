"""Making: an instance of a schema, which follows from a seed. Knows no operation.

Examples that stand in a schema are used where they are. What was made is looked at by the validator
before anybody sees it, and made again with other choices where it is not valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.surface import scalars
from mock_server.surface.draw import Draw
from mock_server.surface.merging import flat
from mock_server.surface.patterns import UnreadableError, matching
from mock_server.text import dumps
from mock_server.validation import Schemas
from openapi import Contract

TRIES = 24
FULL_DEPTH = 3
"""Levels down to which members that nobody requires are made too."""
MOST_DEPTH = 40
MOST_VALUES = 5_000


class UnmakeableError(ValueError):
    """No instance was found: which schema, in a clause."""


class Maker:
    """Makes instances of the schemas of one document."""

    def __init__(self, contract: Contract, schemas: Schemas) -> None:
        self._contract = contract
        self._schemas = schemas

    def made(self, pointer: str, seed: bytes) -> Any:
        """Return a valid instance of the schema at a pointer; raises UnmakeableError."""
        schema = self._contract.resolve(pointer)
        validation = self._schemas.at(pointer)
        for number in range(TRIES):
            draw = Draw(seed + b"#%d" % number)
            try:
                value = _Making(self._contract, draw, number < TRIES // 2).value(schema, 0)
            except UnmakeableError:
                continue
            if validation.accepts(value):
                return value
        raise UnmakeableError(f"no instance of the schema #{pointer} could be made")

    def instance(self, schema: Any, seed: bytes) -> Any:
        """Return an instance of a schema that stands at no pointer; raises UnmakeableError."""
        return _Making(self._contract, Draw(seed), examples=False).value(schema, FULL_DEPTH)


class _Making:
    def __init__(self, contract: Contract, draw: Draw, examples: bool) -> None:
        self._contract = contract
        self._draw = draw
        self._examples = examples
        self._left = MOST_VALUES

    def value(self, schema: Any, depth: int) -> Any:
        self._left -= 1
        if schema is False or depth > MOST_DEPTH or self._left < 0:
            raise UnmakeableError("the schema allows nothing, or never ends")
        plain = flat(schema, self._contract, self._draw)
        if "const" in plain:
            return plain["const"]
        if self._examples:
            if "example" in plain:
                return plain["example"]
            if plain.get("examples") and isinstance(plain["examples"], list):
                return self._draw.among(plain["examples"])
        if plain.get("enum"):
            return self._draw.among(plain["enum"])
        if self._examples and plain.get("default") is not None:
            return plain["default"]
        if isinstance(plain.get("then"), Mapping) and depth < MOST_DEPTH // 2:
            taken = plain["then"] if self._draw.below(2) else plain.get("else", True)
            plain = flat({"allOf": [_without_branches(plain), taken]}, self._contract, self._draw)
        return self._of_kind(_kind(plain, self._draw), plain, depth)

    def _of_kind(self, kind: str, schema: Mapping[str, Any], depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "string":
                return self._string(schema, depth)
            case "integer" | "number":
                return scalars.number(schema, self._draw, whole=kind == "integer")
            case "boolean":
                return self._draw.below(2) == 1
            case _:
                return None

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties") or {}
        required = schema.get("required") or []
        found = {}
        for name, inner in properties.items():
            if name in required or (depth < FULL_DEPTH and not _hidden(inner)):
                found[name] = self.value(inner, depth + 1)
        more = schema.get("additionalProperties", True)
        names = [name for name in required if name not in found]
        least = schema.get("minProperties", 0)
        while len(found) + len(names) < least:
            names.append(self._name(schema, len(names)))
        if not found and not names and isinstance(more, Mapping) and depth < FULL_DEPTH:
            names.append(self._name(schema, 0))
        for name in names:
            found[name] = self.value(self._member(schema, name, more), depth + 1)
        return found

    def _member(self, schema: Mapping[str, Any], name: str, more: Any) -> Any:
        del name
        patterned = schema.get("patternProperties")
        return next(iter(patterned.values())) if patterned else more

    def _name(self, schema: Mapping[str, Any], number: int) -> str:
        names = schema.get("propertyNames")
        if isinstance(names, Mapping):
            return str(self.value({"type": "string", **names}, MOST_DEPTH // 2))
        patterned = schema.get("patternProperties")
        if patterned:
            return self._matching(next(iter(patterned)))
        return f"{scalars.word(self._draw)}{number or ''}"

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        first = schema.get("prefixItems") or []
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        wanted = max(least, len(first), 2 if depth < FULL_DEPTH else 0)
        if most is not None:
            wanted = max(least, min(wanted, most))
        rest = schema.get("items", True)
        kinds = [*first, *[rest] * wanted][:wanted]
        if "contains" in schema and wanted and schema["contains"] is not True:
            kinds[-1] = {"allOf": [kinds[-1], schema["contains"]]}
        if rest is False:
            kinds = kinds[: len(first)]
        found: list[Any] = []
        for kind in kinds:
            value = self.value(kind, depth + 1)
            if not schema.get("uniqueItems") or value not in found:
                found.append(value)
        return found

    def _string(self, schema: Mapping[str, Any], depth: int) -> str:
        if "contentSchema" in schema and schema.get("contentMediaType") == "application/json":
            return dumps(self.value(schema["contentSchema"], depth + 1)).decode()
        if "pattern" in schema:
            return self._matching(schema["pattern"])
        return scalars.text(schema, self._draw)

    def _matching(self, pattern: str) -> str:
        try:
            return matching(pattern, self._draw)
        except UnreadableError as error:
            raise UnmakeableError(str(error)) from None


def _kind(schema: Mapping[str, Any], draw: Draw) -> str:
    named = schema.get("type")
    if isinstance(named, list):
        real = [kind for kind in named if kind != "null"]
        return str(draw.among(real) if real else "null")
    if named:
        return str(named)
    for word, kind in _IMPLIED.items():
        if word in schema:
            return kind
    return "object" if not schema else "string"


_IMPLIED = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "patternProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minimum": "number",
    "maximum": "number",
    "multipleOf": "number",
}


def _hidden(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("writeOnly") is True


def _without_branches(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in ("if", "then", "else")}
