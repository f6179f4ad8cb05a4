"""Collections keep what clients make of them, each account its own, and keep to their schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mock_server.app import App
from mock_server.state import Count
from mock_server.surface.collecting import patched
from mock_server.surface.keeping import MOST
from tests.mock_server.driving import Answer, exchange
from tests.mock_server.surface.documents import answering, serving

CAT = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string", "minLength": 2},
        "note": {"type": ["string", "null"]},
        "kind": {"enum": ["tabby", "black"]},
    },
}
NEW = {**CAT, "required": ["name"]}
LIST = {
    "type": "object",
    "required": ["data"],
    "properties": {"data": {"type": "array", "items": CAT}, "total": {"type": "integer"}},
}


def cats(cat: Any = CAT, whole: Any = LIST, **more: Any) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": {**NEW, "required": []}}}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    kind = cat["properties"]["id"] if "properties" in cat else {}
    one = [{"name": "cat-id", "in": "path", "required": True, "schema": kind}]
    made = answering(cat, "201")
    made["201"]["headers"] = {"location": {"schema": {}, "example": "/"}}
    return {
        "/cats": {
            "get": {"parameters": [limit], "responses": answering(whole)},
            "post": {"requestBody": body, "responses": {**made, **more}},
        },
        "/cats/{cat-id}": {
            "parameters": one,
            "get": {"responses": answering(cat)},
            "put": {"requestBody": body, "responses": {**answering(cat), **answering(cat, "201")}},
            "patch": {"requestBody": body, "responses": answering(cat)},
            "delete": {"responses": {"204": {"description": ""}}},
        },
    }


@pytest.fixture
def app(tmp_path: Path) -> App:
    return serving(tmp_path, cats(), security=[{"key": []}])


def send(app: App, method: str, path: str, body: Any = None, key: str = "sk-aig-mock") -> Answer:
    headers = {"authorization": f"Bearer {key}"}
    return exchange(app, method, f"/api{path}", body, headers=headers)


def test_what_was_created_is_read_and_listed(app: App) -> None:
    made = send(app, "POST", "/cats", {"name": "Tom", "kind": "black"})
    assert made.status == 201
    cat = made.document
    assert (cat["id"], cat["name"], cat["kind"]) == (1, "Tom", "black")
    assert made.headers["location"] == "/api/cats/1"
    assert send(app, "GET", "/cats/1").document == cat
    other = send(app, "POST", "/cats", {"name": "Ann"}).document
    assert other["id"] == 2
    assert send(app, "GET", "/cats").document == {"data": [cat, other], "total": 2}
    assert send(app, "GET", "/cats?limit=1").document["data"] == [cat]


def test_an_id_of_the_clients_own_is_kept(app: App) -> None:
    assert send(app, "POST", "/cats", {"id": 44, "name": "Tom"}).document["id"] == 44
    assert send(app, "GET", "/cats/44").document["name"] == "Tom"


def test_a_patch_changes_and_removes_and_a_put_replaces(app: App) -> None:
    send(app, "PUT", "/cats/7", {"name": "Tom", "kind": "black", "note": "x"})
    changed = send(app, "PATCH", "/cats/7", {"kind": "tabby", "note": None}).document
    assert changed == {"id": 7, "name": "Tom", "kind": "tabby"}
    assert send(app, "GET", "/cats/7").document == changed
    assert send(app, "PUT", "/cats/7", {"name": "Ann"}).document == {"id": 7, "name": "Ann"}


def test_a_put_of_something_new_is_201_where_that_is_declared(app: App) -> None:
    assert send(app, "PUT", "/cats/7", {"name": "Tom"}).status == 201
    assert send(app, "PUT", "/cats/7", {"name": "Tom"}).status == 200


def test_what_was_removed_is_gone(app: App) -> None:
    send(app, "POST", "/cats", {"name": "Tom"})
    assert send(app, "DELETE", "/cats/1").status == 204
    for method in ("GET", "DELETE", "PATCH"):
        answer = send(app, method, "/cats/1", {} if method == "PATCH" else None)
        assert (answer.status, answer.error["code"]) == (404, "resource_not_found")
    assert send(app, "GET", "/cats").document["data"] == []


def test_until_somebody_writes_any_thing_is_there(app: App) -> None:
    assert send(app, "GET", "/cats/9").document["id"] == 9
    assert len(send(app, "GET", "/cats").document["data"]) == 2
    assert send(app, "DELETE", "/cats/9").status == 204
    assert send(app, "GET", "/cats/9").status == 404


def test_each_account_has_its_own(app: App) -> None:
    send(app, "POST", "/cats", {"name": "Tom"})
    others = send(app, "GET", "/cats", key="sk-aig-mock-small").document["data"]
    assert "Tom" not in [cat["name"] for cat in others]


def test_what_a_client_sends_never_breaks_what_is_answered(tmp_path: Path) -> None:
    closed = {**CAT, "additionalProperties": False}
    app = serving(tmp_path, cats(closed))
    made = exchange(app, "POST", "/api/cats", {"name": "Tom", "age": 3}).document
    assert made["name"] == "Tom"
    assert "age" not in made


def test_a_second_of_the_same_id_is_a_conflict_where_that_is_declared(tmp_path: Path) -> None:
    app = serving(tmp_path, cats(**{"409": {"description": "There is one."}}))
    exchange(app, "POST", "/api/cats", {"id": 3, "name": "Tom"})
    assert exchange(app, "POST", "/api/cats", {"id": 3, "name": "Ann"}).status == 409
    plain = serving(tmp_path, cats())
    exchange(plain, "POST", "/api/cats", {"id": 3, "name": "Tom"})
    assert exchange(plain, "POST", "/api/cats", {"id": 3, "name": "Ann"}).status == 201
    assert exchange(plain, "GET", "/api/cats/3").document["name"] == "Ann"


@pytest.mark.parametrize(
    ("schema", "begins"),
    [
        ({"type": "string"}, "id_"),
        ({"type": "string", "format": "uuid"}, ""),
        ({"type": "string", "pattern": "^cat-[0-9]{4}$"}, "cat-"),
    ],
)
def test_ids_are_of_the_kind_that_the_schema_asks_for(
    tmp_path: Path, schema: dict[str, Any], begins: str
) -> None:
    cat = {**CAT, "properties": {**CAT["properties"], "id": schema}}  # type: ignore[dict-item]
    app = serving(tmp_path, cats(cat))
    names = {exchange(app, "POST", "/api/cats", {"name": "Tom"}).document["id"] for _ in range(3)}
    assert len(names) == 3
    for name in names:
        assert name.startswith(begins)
        assert exchange(app, "GET", f"/api/cats/{name}").document["id"] == name


def test_a_bare_list_is_a_list_too(tmp_path: Path) -> None:
    app = serving(tmp_path, cats(whole={"type": "array", "items": CAT}))
    made = exchange(app, "POST", "/api/cats", {"name": "Tom"}).document
    assert exchange(app, "GET", "/api/cats").document == [made]


def test_things_are_bounded(app: App) -> None:
    app.edge.state.grant(Count("surface/things", by=MOST), 0)
    answer = send(app, "POST", "/cats", {"name": "Tom"})
    assert answer.status == 507
    assert str(MOST) in answer.error["message"]


@pytest.mark.parametrize(
    ("thing", "change", "found"),
    [
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": [1]}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": 1}, [1], [1]),
    ],
)
def test_a_merge_patch_is_rfc_7396s(thing: Any, change: Any, found: Any) -> None:
    assert patched(thing, change) == found
