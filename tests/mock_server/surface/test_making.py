"""Making: whatever a schema asks for is made, valid by another validator, the same for a seed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mock_server.surface.draw import Draw
from mock_server.surface.making import Maker, UnmakeableError
from mock_server.surface.patterns import UnreadableError, matching
from mock_server.validation import Schemas
from tests.mock_server.surface.documents import loaded

SCHEMAS: dict[str, Any] = {
    "anything": True,
    "empty": {},
    "const": {"const": [1, {"a": None}]},
    "enum": {"enum": ["a", 1, None]},
    "kinds": {"type": ["string", "null"]},
    "text": {"type": "string", "minLength": 40, "maxLength": 45},
    "short": {"type": "string", "maxLength": 2},
    "moment": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "mail": {"type": "string", "format": "email"},
    "uuid": {"type": "string", "format": "uuid"},
    "address": {"type": "string", "format": "ipv6"},
    "unknown format": {"type": "string", "format": "unheard-of"},
    "plate": {"type": "string", "pattern": r"^[A-Z]{2,3}-\d{3,}(?:x|yy)?$"},
    "pattern inside": {"type": "string", "pattern": "gonogo"},
    "whole": {"type": "integer", "exclusiveMinimum": -3, "exclusiveMaximum": -1},
    "step": {"type": "integer", "minimum": 10, "maximum": 20, "multipleOf": 7},
    "number": {"type": "number", "minimum": 0.25, "exclusiveMaximum": 0.5},
    "cents": {"type": "number", "multipleOf": 0.25, "minimum": 1.1},
    "huge": {"type": "integer", "minimum": 2**70},
    "flag": {"type": "boolean"},
    "list": {"type": "array", "minItems": 3, "items": {"type": "integer"}},
    "set": {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "integer"}},
    "pair": {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "integer"}],
        "items": False,
        "minItems": 2,
    },
    "contains": {"type": "array", "contains": {"const": 7}, "items": {"type": "integer"}},
    "none": {"type": "array", "maxItems": 0},
    "object": {
        "type": "object",
        "required": ["a", "z"],
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
    },
    "closed": {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "additionalProperties": False,
    },
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
    "keys": {
        "type": "object",
        "propertyNames": {"pattern": "^[0-9]{3}$"},
        "additionalProperties": {"type": "number"},
        "minProperties": 2,
    },
    "patterned": {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}},
    "all of": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"minimum": 3}}},
            {"properties": {"a": {"type": "integer", "maximum": 4}}},
        ]
    },
    "one of": {
        "oneOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}},
            {"type": "object", "required": ["b"], "properties": {"b": {"const": 1}}},
        ]
    },
    "any of beside": {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "if": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": ["a", "b"]}},
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"required": ["x"], "properties": {"x": {"type": "integer"}}},
        "else": {"required": ["y"], "properties": {"y": {"type": "string"}}},
    },
    "tree": {"$ref": "#/components/schemas/Tree"},
    "example": {"type": "string", "examples": ["one", "two"]},
    "bad example": {"type": "integer", "example": "seven"},
    "default": {"type": "integer", "default": 20, "minimum": 1},
    "not": {"type": "integer", "minimum": 1, "maximum": 3, "not": {"const": 2}},
    "text that is JSON": {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"type": "object", "required": ["a"]},
    },
}
TREE = {
    "type": "object",
    "required": ["value", "left", "right"],
    "properties": {
        "value": {"type": "integer"},
        "left": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Tree"}]},
        "right": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    },
}
LAW = loaded({"/x": {"get": {"responses": {}}}}, components={"schemas": {**SCHEMAS, "Tree": TREE}})
MAKER = Maker(LAW, Schemas(LAW))


def made(name: str, seed: bytes) -> Any:
    return MAKER.made(f"/components/schemas/{name}", seed)


def valid(name: str, value: Any) -> bool:
    schema = {**LAW.standalone_schema(name)}
    return Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_instance_is_valid_and_follows_from_its_seed(name: str) -> None:
    for seed in (b"a", b"b", b"c"):
        value = made(name, seed)
        assert valid(name, value)
        assert made(name, seed) == value


@pytest.mark.parametrize("name", ["text", "moment", "uuid", "plate", "object", "tree"])
def test_other_seeds_give_other_instances(name: str) -> None:
    assert len({repr(made(name, b"%d" % number)) for number in range(20)}) > 1


def test_what_may_be_there_is_there_and_what_is_only_written_is_not() -> None:
    law = loaded(
        {"/x": {"get": {"responses": {}}}},
        components={
            "schemas": {
                "User": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "password": {"type": "string", "writeOnly": True},
                    },
                }
            }
        },
    )
    assert list(Maker(law, Schemas(law)).made("/components/schemas/User", b"")) == ["name"]


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "string", "pattern": "(?<=x)y"},
        {"$ref": "#/components/schemas/Endless"},
        {"not": {}},
    ],
)
def test_what_cannot_be_is_not_made(schema: Any) -> None:
    endless = {
        "type": "object",
        "required": ["x"],
        "properties": {"x": {"$ref": "#/components/schemas/Endless"}},
    }
    law = loaded(
        {"/x": {"get": {"responses": {}}}},
        components={"schemas": {"Asked": schema, "Endless": endless}},
    )
    with pytest.raises(UnmakeableError):
        Maker(law, Schemas(law)).made("/components/schemas/Asked", b"")


@settings(max_examples=60)
@given(seed=st.binary(max_size=8), low=st.integers(-50, 50), more=st.integers(0, 60))
def test_a_draw_stays_within_its_limits(seed: bytes, low: int, more: int) -> None:
    draw = Draw(seed)
    for _ in range(5):
        assert low <= draw.between(low, low + more) <= low + more


@pytest.mark.parametrize(
    "pattern",
    [
        r"^a+b*?c{2}$",
        r"[^a-z]{3}",
        r"(x|yy|z{3})\1",
        r"\w\W\d\D\s\S.",
        r"^(?:[0-9a-f]{4}:){3}$",
        "",
    ],
)
def test_a_text_matches_the_pattern_it_was_made_for(pattern: str) -> None:
    for number in range(20):
        assert re.search(pattern, matching(pattern, Draw(b"%d" % number)))


@pytest.mark.parametrize("pattern", ["(", r"\p{L}", "[z-a]", "(a{9999}){9999}"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(UnreadableError):
        matching(pattern, Draw(b""))
