"""Answers from descriptions alone: examples, instances, `Prefer`, headers, every media type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.mock_server.driving import exchange
from tests.mock_server.surface.documents import answering, get, serving

NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}


def test_the_first_example_answers(tmp_path: Path) -> None:
    examples = {"tom": {"value": {"name": "Tom"}}, "ann": {"value": {"name": "Ann"}}}
    app = serving(tmp_path, {"/x": {"get": {"responses": answering(NAMED, examples=examples)}}})
    assert get(app, "/x").document == {"name": "Tom"}


def test_an_example_that_breaks_its_schema_is_never_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    examples = {"bad": {"value": {"name": 3}}, "ann": {"value": {"name": "Ann"}}}
    app = serving(tmp_path, {"/x": {"get": {"responses": answering(NAMED, examples=examples)}}})
    assert get(app, "/x").document == {"name": "Ann"}
    assert "left out: 1" in caplog.text
    assert "bad at #/paths/~1x/get" in caplog.text


def test_without_examples_the_answer_follows_from_the_request(tmp_path: Path) -> None:
    number = {"name": "n", "in": "query", "schema": {"type": "integer"}}
    app = serving(
        tmp_path, {"/x": {"get": {"parameters": [number], "responses": answering(NAMED)}}}
    )
    answers = [get(app, f"/x?n={n}").document for n in (1, 2, 3, 1)]
    assert answers[0] == answers[3]
    assert len({answer["name"] for answer in answers}) > 1


def test_a_body_counts_as_part_of_the_request(tmp_path: Path) -> None:
    body = {"content": {"application/json": {"schema": {}}}}
    app = serving(tmp_path, {"/x": {"post": {"requestBody": body, "responses": answering(NAMED)}}})
    one, other = (exchange(app, "POST", "/api/x", {"n": n}).document for n in (1, 2))
    assert one != other


@pytest.mark.parametrize(
    ("prefer", "status", "shown"),
    [
        ("code=404", 404, {"name": "nobody"}),
        ('code="404"', 404, {"name": "nobody"}),
        ("example=ann", 200, {"name": "Ann"}),
        ("respond-async, code=200; example=ann", 200, {"name": "Ann"}),
        ("code=503", 503, {"name": "anything else"}),
        ("return=minimal", 200, {"name": "Tom"}),
    ],
)
def test_prefer_chooses(tmp_path: Path, prefer: str, status: int, shown: Any) -> None:
    examples = {"tom": {"value": {"name": "Tom"}}, "ann": {"value": {"name": "Ann"}}}
    responses = {
        **answering(NAMED, examples=examples),
        **answering(NAMED, "404", example={"name": "nobody"}),
        **answering(NAMED, "default", example={"name": "anything else"}),
    }
    app = serving(tmp_path, {"/x": {"get": {"responses": responses}}})
    answer = get(app, "/x", prefer=prefer)
    assert (answer.status, answer.document) == (status, shown)
    assert ("preference-applied" in answer.headers) == ("=minimal" not in prefer)


def test_prefer_may_ask_for_an_instance_where_there_are_examples(tmp_path: Path) -> None:
    responses = answering(NAMED, example={"name": "Tom"})
    app = serving(tmp_path, {"/x": {"get": {"responses": responses}}})
    assert get(app, "/x", prefer="dynamic=true").document != {"name": "Tom"}


@pytest.mark.parametrize(
    ("prefer", "said"),
    [
        ("code=418", "declares 200"),
        ("code=ok", "no HTTP status"),
        ("example=tim", "Did you mean 'tom'? There are: tom"),
    ],
)
def test_a_preference_that_is_not_there_is_refused(tmp_path: Path, prefer: str, said: str) -> None:
    examples = {"tom": {"value": {"name": "Tom"}}}
    app = serving(tmp_path, {"/x": {"get": {"responses": answering(NAMED, examples=examples)}}})
    answer = get(app, "/x", prefer=prefer)
    assert answer.status == 400
    assert said in answer.error["message"]
    assert answer.error["param"] == "Prefer"


def test_headers_are_sent_as_they_are_described(tmp_path: Path) -> None:
    headers = {
        "X-Total": {"required": True, "schema": {"type": "integer", "minimum": 5}},
        "X-Page": {"schema": {"type": "integer"}, "example": 3},
        "X-Rare": {"schema": {"type": "string"}},
    }
    responses = {"204": {"description": "", "headers": headers}}
    answer = get(serving(tmp_path, {"/x": {"get": {"responses": responses}}}), "/x")
    assert answer.status == 204
    assert int(answer.headers["x-total"]) >= 5
    assert answer.headers["x-page"] == "3"
    assert "x-rare" not in answer.headers


@pytest.mark.parametrize(
    ("kind", "media", "label", "body"),
    [
        ("text/csv", {"example": "a,b\n1,2\n"}, "text/csv", b"a,b\n1,2\n"),
        ("application/problem+json", {"example": {"a": 1}}, "application/problem+json", b'{"a":1}'),
        (
            "text/event-stream",
            {"example": [{"data": {"a": 1}}, {"event": "end", "data": "x\ny"}]},
            "text/event-stream",
            b'data: {"a":1}\n\nevent: end\ndata: x\ndata: y\n\n',
        ),
        ("application/jsonl", {"example": [1, {"a": 2}]}, "application/jsonl", b'1\n{"a":2}\n'),
        ("*/*", {"example": 2**80}, "application/json", str(2**80).encode()),
    ],
)
def test_each_media_type_is_written_in_its_own_way(
    tmp_path: Path, kind: str, media: dict[str, Any], label: str, body: bytes
) -> None:
    responses = {"200": {"description": "", "content": {kind: {"schema": {}, **media}}}}
    answer = get(serving(tmp_path, {"/x": {"get": {"responses": responses}}}), "/x")
    assert answer.headers["content-type"] == label
    assert answer.body == body


def test_events_are_made_from_the_schema_of_one(tmp_path: Path) -> None:
    event = {
        "type": "object",
        "required": ["data"],
        "additionalProperties": False,
        "properties": {
            "data": {
                "contentMediaType": "application/json",
                "type": "string",
                "contentSchema": NAMED,
            }
        },
    }
    content = {"text/event-stream": {"itemSchema": event}}
    responses = {"200": {"description": "", "content": content}}
    app = serving(tmp_path, {"/x": {"get": {"responses": responses}}}, openapi="3.2.0")
    events = get(app, "/x").body.decode().strip().split("\n\n")
    assert len(events) == 3
    assert all(json.loads(event.removeprefix("data: "))["name"] for event in events)


def test_accept_chooses_among_what_is_there_and_never_refuses(tmp_path: Path) -> None:
    content = {
        "application/xml": {"schema": {"type": "string"}, "example": "<a/>"},
        "application/json": {"schema": {}, "example": 1},
        "image/png": {"schema": {}},
    }
    responses = {"200": {"description": "", "content": content}}
    app = serving(tmp_path, {"/x": {"get": {"responses": responses}}})
    for accept, label in (
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("application/xml", "application/xml"),
        ("application/json;q=0.1, image/*", "image/png"),
        ("application/xml;q=0", "application/json"),
        ("application/xml;q=much", "application/json"),
    ):
        assert get(app, "/x", accept=accept).headers["content-type"] == label


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    responses = answering({"type": "integer", "minimum": 3, "maximum": 2})
    answer = get(serving(tmp_path, {"/x": {"get": {"responses": responses}}}), "/x")
    assert answer.status == 501
    assert "#/paths/~1x/get/responses/200" in answer.error["message"]


def test_our_own_surface_respects_prefer_too() -> None:
    from tests.mock_server.driving import mock

    body = {"model": "google/embeddinggemma-300m", "input": "a"}
    answer = exchange(mock(), "POST", "/v1/embeddings", body, headers={"prefer": "code=402"})
    assert answer.status == 402
