"""Arguments: every style of OpenAPI, read and checked; refusals name parameter and rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mock_server.message import Incoming
from mock_server.problem import Problem
from mock_server.surface.arguments import parameters, read
from mock_server.validation import Schemas
from tests.mock_server.driving import exchange
from tests.mock_server.surface.documents import loaded, serving

STRINGS = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": {"type": "integer"}}
POINT = {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "number"}}}


def given(
    parameter: dict[str, Any], query: str = "", path: str = "", **headers: str
) -> dict[str, Any]:
    """What a request gives one parameter `a`."""
    where = parameter.get("in", "query")
    law = loaded(
        {
            "/x/{a}" if where == "path" else "/x": {
                "get": {"parameters": [{"name": "a", "in": "query", **parameter}], "responses": {}}
            }
        }
    )
    (operation,) = law.operations
    incoming = Incoming("GET", "/x", query, headers, 0)
    wanted = parameters(law, operation, Schemas(law))
    return read(wanted, incoming, {"a": path} if path else {}, law)


@pytest.mark.parametrize(
    ("schema", "sent", "value"),
    [
        ({"type": "integer"}, "7", 7),
        ({"type": "integer"}, "-0", 0),
        ({"type": "number"}, "7", 7.0),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "boolean"}, "true", True),
        ({"type": ["integer", "null"]}, "", None),
        ({"type": "string"}, "7", "7"),
        ({"type": "string"}, "a%20b", "a b"),
        ({"enum": [1, 2]}, "2", 2),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "x", "x"),
        ({"allOf": [{"type": "integer"}, {"minimum": 3}]}, "3", 3),
        (True, "x", "x"),
    ],
)
def test_a_text_becomes_the_value_its_schema_asks_for(schema: Any, sent: str, value: Any) -> None:
    found = given({"schema": schema}, f"a={sent}")
    assert found == {"a": value}
    assert type(found["a"]) is type(value)


@pytest.mark.parametrize(
    ("parameter", "query", "value"),
    [
        ({"schema": NUMBERS}, "a=1&a=2", [1, 2]),
        ({"schema": NUMBERS, "explode": False}, "a=1,2", [1, 2]),
        ({"schema": STRINGS, "style": "pipeDelimited", "explode": False}, "a=x%7Cy", ["x", "y"]),
        ({"schema": STRINGS, "style": "spaceDelimited", "explode": False}, "a=x%20y", ["x", "y"]),
        ({"schema": POINT}, "x=1&y=2.5", {"x": 1, "y": 2.5}),
        ({"schema": POINT, "explode": False}, "a=x,1,y,2.5", {"x": 1, "y": 2.5}),
        ({"schema": POINT, "style": "deepObject"}, "a[x]=1&a[y]=2.5", {"x": 1, "y": 2.5}),
        ({"content": {"application/json": {"schema": POINT}}}, 'a={"x":1}', {"x": 1}),
    ],
)
def test_lists_and_objects_come_in_every_style_of_a_query(
    parameter: dict[str, Any], query: str, value: Any
) -> None:
    assert given(parameter, query) == {"a": value}


@pytest.mark.parametrize(
    ("style", "path", "value"),
    [("simple", "1,2", [1, 2]), ("label", ".1,2", [1, 2]), ("matrix", ";a=1,2", [1, 2])],
)
def test_lists_come_in_every_style_of_a_path(style: str, path: str, value: Any) -> None:
    assert given({"in": "path", "schema": NUMBERS, "style": style}, path=path) == {"a": value}


def test_headers_and_cookies_are_read() -> None:
    assert given({"in": "header", "schema": {"type": "integer"}}, a="7") == {"a": 7}
    assert given({"in": "cookie", "schema": {"type": "integer"}}, cookie="b=1; a=7") == {"a": 7}
    assert given({"in": "cookie", "schema": {}}, cookie="\x00;;=") == {}


def test_what_is_not_sent_is_not_there() -> None:
    assert given({"schema": {"type": "integer", "default": 3}}) == {}


@pytest.mark.parametrize(
    ("parameter", "query", "code", "rule"),
    [
        ({"schema": {"type": "integer"}}, "a=x", "invalid_type", "schema/type"),
        ({"schema": {"type": "integer"}}, "a=1.5", "invalid_type", "schema/type"),
        ({"schema": {"maximum": 3, "type": "integer"}}, "a=4", "invalid_value", "schema/maximum"),
        ({"schema": {"enum": ["up", "down"]}}, "a=upp", "unsupported_value", "schema/enum"),
        ({"schema": {"format": "uuid"}}, "a=1", "invalid_value", "schema/format"),
        ({"schema": {}, "required": True}, "", "missing_required_parameter", "required"),
        ({"content": {"application/json": {"schema": {}}}}, "a={", "invalid_value", "0"),
    ],
)
def test_a_refusal_names_the_parameter_and_the_rule(
    parameter: dict[str, Any], query: str, code: str, rule: str
) -> None:
    with pytest.raises(Problem) as caught:
        given(parameter, query)
    assert (caught.value.status, caught.value.code, caught.value.param) == (400, code, "a")
    assert caught.value.message.endswith(
        f"#/paths/~1x/get/parameters/0/{rule}.".replace("/0/0", "/0")
    )


def test_an_operations_parameter_takes_the_place_of_its_paths(tmp_path: Path) -> None:
    whole = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    app = serving(
        tmp_path,
        {
            "/x/{id}": {
                "parameters": [whole],
                "get": {"responses": {"204": {"description": ""}}},
                "delete": {
                    "parameters": [{**whole, "schema": {"type": "string"}}],
                    "responses": {"204": {"description": ""}},
                },
            }
        },
    )
    assert exchange(app, "GET", "/api/x/a").status == 400
    assert exchange(app, "DELETE", "/api/x/a").status == 204


def test_the_most_exact_path_wins_and_a_parameter_takes_no_slash(tmp_path: Path) -> None:
    free = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}

    def item(status: str) -> dict[str, Any]:
        return {"get": {"parameters": [free], "responses": {status: {"description": ""}}}}

    app = serving(
        tmp_path,
        {
            "/x/{id}": item("201"),
            "/x/mine": {"get": {"responses": {"202": {"description": ""}}}},
            "/x/{id}/y": item("203"),
            "/{id}/mine/y": item("204"),
        },
    )
    for path, status in (("/x/a", 201), ("/x/mine", 202), ("/x/mine/y", 203), ("/z/mine/y", 204)):
        assert exchange(app, "GET", f"/api{path}").status == status
    assert exchange(app, "GET", "/api/x/a/z").status == 404
