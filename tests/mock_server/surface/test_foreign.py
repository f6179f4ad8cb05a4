"""A document of the user's own takes the contract's place, or is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mock_server.settings import SettingsError
from openapi import contract
from tests.mock_server.driving import Answer, body, exchange, mock
from tests.mock_server.surface.documents import answering, document, get, serving

OK = answering({}, example={"ok": True})
PROBLEM = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["reason"],
            "additionalProperties": False,
            "properties": {"reason": {"type": "string"}},
        }
    },
}


def chat(schema: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {
        "/llm/chat/completions": {
            "post": {"requestBody": {"required": True, "content": content}, "responses": OK}
        }
    }


def asking(app: Any, sent: dict[str, Any]) -> Answer:
    return exchange(app, "POST", "/api/llm/chat/completions", sent)


def test_only_its_paths_are_served_and_those_that_every_mock_has(tmp_path: Path) -> None:
    app = serving(tmp_path, {"/x": {"get": {"responses": OK}}})
    assert get(app, "/x").document == {"ok": True}
    assert exchange(app, "GET", "/v1/models").status == 404
    assert exchange(app, "POST", "/v1/completions", {}).status == 404
    assert exchange(app, "GET", "/healthz").status == 200
    assert exchange(app, "GET", "/openapi.json").document["info"]["title"] == "Theirs"


def test_its_chat_is_answered_by_the_engine_under_the_model_it_names(tmp_path: Path) -> None:
    app = serving(tmp_path, chat({"properties": {"model": {"enum": ["acme/one", "acme/two"]}}}))
    answer = asking(app, body(model="acme/one"))
    assert answer.document["choices"][0]["message"]["content"].startswith("1 2 3")
    assert answer.document["model"] == "acme/one"
    streamed = asking(app, body(model="acme/one", stream=True))
    assert streamed.body.endswith(b"data: [DONE]\n\n")


def test_its_own_schema_of_chat_speaks_first(tmp_path: Path) -> None:
    schema = {"required": ["tenant"], "properties": {"tenant": {"type": "string"}}}
    app = serving(tmp_path, chat(schema))
    refused = asking(app, body())
    assert (refused.status, refused.error["param"]) == (400, "tenant")
    assert "#/paths/~1llm~1chat~1completions/post" in refused.error["message"]
    assert asking(app, body(tenant="a")).status == 200
    assert asking(app, body(tenant="a", temperature=9)).error["param"] == "temperature"


def test_a_contract_of_the_users_own_takes_the_place_of_ours(tmp_path: Path) -> None:
    law = json.loads(json.dumps(contract().document))
    law["x-model"]["id"] = "acme/small"
    law["x-model"]["context_window"] = 512
    (tmp_path / "acme.json").write_text(json.dumps(law))
    app = mock(spec=str(tmp_path / "acme.json"))
    listed = exchange(app, "GET", "/v1/models").document["data"][0]
    assert (listed["id"], listed["context_window"]) == ("acme/small", 512)
    assert exchange(app, "POST", "/v1/chat/completions", body(model="acme/small")).status == 200
    assert exchange(app, "GET", "/openapi.json").document["x-model"]["id"] == "acme/small"


@pytest.mark.parametrize(
    ("responses", "status", "shown"),
    [
        ({}, 400, None),
        (answering(True, "400"), 400, "error"),
        (answering(PROBLEM, "422"), 422, "reason"),
        (answering(PROBLEM, "4XX"), 400, "reason"),
        (answering(PROBLEM, "default"), 400, "reason"),
        ({"400": {"description": "", "content": {"text/plain": {"schema": {}}}}}, 400, "text"),
        ({"400": {"description": ""}}, 400, "nothing"),
    ],
)
def test_a_refusal_has_the_status_and_the_shape_that_are_declared(
    tmp_path: Path, responses: dict[str, Any], status: int, shown: str | None
) -> None:
    number = {"name": "n", "in": "query", "schema": {"type": "integer"}}
    app = serving(
        tmp_path, {"/x": {"get": {"parameters": [number], "responses": {**OK, **responses}}}}
    )
    answer = get(app, "/x?n=one")
    assert answer.status == status
    told = "'n' must be an integer, not 'one'."
    match shown:
        case "reason":
            assert answer.error["reason"].startswith(told)
            assert set(answer.error) == {"reason"}
        case "text":
            assert answer.body.decode().startswith(told)
        case "nothing":
            assert answer.body == b""
        case _:
            assert answer.error["message"].startswith(told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "not readable as YAML or JSON"),
        ("openapi: 3.0.3\ninfo: {title: a, version: '1'}", "not an OpenAPI 3.1 or 3.2 document"),
        ("openapi: 3.1.0\ninfo: {title: a, version: '1'}", "nothing to serve"),
        (document({"/x": {"get": {"responses": {"200": {"$ref": "#/no"}}}}}), "leads nowhere"),
        (document({"/x": {"get": {"responses": answering({"type": "objekt"})}}}), "/x"),
        (document({"/x": {"get": {"responses": 3}}}), "where a map should"),
        (document({"/x": {"get": {"parameters": 3, "responses": OK}}}), "where a map should"),
        (
            document({"/x": {"get": {"responses": answering({"$ref": "http://127.0.0.1:1/a"})}}}),
            "not a usable JSON Schema",
        ),
    ],
)
def test_a_bad_document_is_refused_in_one_sentence(tmp_path: Path, text: Any, said: str) -> None:
    file = tmp_path / "theirs.yaml"
    file.write_text(text if isinstance(text, str) else json.dumps(text))
    with pytest.raises(SettingsError) as caught:
        mock(spec=str(file))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_one_broken_operation_does_not_take_the_others_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = serving(
        tmp_path,
        {
            "/x": {"get": {"responses": OK}},
            "/y": {"get": {"responses": answering({"type": "objekt"})}},
        },
    )
    assert get(app, "/x").status == 200
    broken = get(app, "/y")
    assert broken.status == 501
    assert "/paths/~1y/get/responses/200" in broken.error["message"]
    assert "GET /y answers 501" in caplog.text


def test_operations_may_share_an_id_or_have_none(tmp_path: Path) -> None:
    one, other = answering({}, example=1), answering({}, example=2)
    app = serving(
        tmp_path,
        {
            "/x": {"get": {"operationId": "same", "responses": one}},
            "/y": {"get": {"operationId": "same", "responses": other}},
        },
    )
    assert get(app, "/x").document == 1
    assert get(app, "/y").document == 2
