"""A foreign document says where its keys stand, and there they are looked for."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.mock_server.driving import body, exchange, ledger
from tests.mock_server.surface.documents import answering, serving

OK = answering({"type": "object"})
GOOD, BAD = "sk-aig-mock", "sk-nobody"
BEARER = {"type": "http", "scheme": "bearer"}
BASIC = {"type": "http", "scheme": "basic"}
HEADER = {"type": "apiKey", "in": "header", "name": "X-Api-Key"}
QUERY = {"type": "apiKey", "in": "query", "name": "api key"}
COOKIE = {"type": "apiKey", "in": "cookie", "name": "session"}


def basic(pair: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def asked(
    folder: Path, schemes: dict[str, Any], security: Any, sent: dict[str, str], query: str = ""
) -> Any:
    paths = {"/x": {"get": {"responses": OK, "security": security}}}
    app = serving(folder, paths, components={"securitySchemes": schemes})
    return exchange(app, "GET", f"/api/x{query}", headers={"authorization": "", **sent})


@pytest.mark.parametrize(
    ("scheme", "sent", "query"),
    [
        (BEARER, {"authorization": "Bearer {}"}, ""),
        ({"type": "oauth2", "flows": {}}, {"authorization": "Bearer {}"}, ""),
        ({"type": "openIdConnect"}, {"authorization": "bearer {}"}, ""),
        (HEADER, {"x-api-key": "{}"}, ""),
        (QUERY, {}, "?api+key={}"),
        (COOKIE, {"cookie": "theme=dark; session={}"}, ""),
    ],
)
def test_a_key_is_found_where_its_scheme_puts_it(
    tmp_path: Path, scheme: dict[str, Any], sent: dict[str, str], query: str
) -> None:
    for key, status in ((GOOD, 200), (BAD, 401), (None, 401)):
        headers = {name: value.format(key) for name, value in sent.items()} if key else {}
        asks = query.format(key) if key else ""
        answer = asked(tmp_path, {"key": scheme}, [{"key": []}], headers, asks)
        assert answer.status == status


@pytest.mark.parametrize(
    ("pair", "status"),
    [(f"me:{GOOD}", 200), (f"{GOOD}:", 200), (f"{GOOD}:{BAD}", 401), (f":{BAD}", 401), (":", 401)],
)
def test_a_password_is_a_key_and_so_is_a_user_without_one(
    tmp_path: Path, pair: str, status: int
) -> None:
    assert asked(tmp_path, {"key": BASIC}, [{"key": []}], basic(pair)).status == status


@pytest.mark.parametrize("sent", ["Basic", "Basic ###", "Basic //79", "Bearer sk-aig-mock"])
def test_what_is_no_password_opens_nothing(tmp_path: Path, sent: str) -> None:
    answer = asked(tmp_path, {"key": BASIC}, [{"key": []}], {"authorization": sent})
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="mock"'


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 401),
        ({"x-api-key": GOOD}, 401),
        ({"authorization": f"Bearer {GOOD}"}, 200),
        ({"x-api-key": GOOD, "cookie": "session=1"}, 200),
        ({"x-api-key": BAD, "cookie": "session=1"}, 401),
    ],
)
def test_one_of_several_ways_is_enough_and_a_way_may_ask_for_more_than_one(
    tmp_path: Path, sent: dict[str, str], status: int
) -> None:
    schemes = {"one": HEADER, "two": COOKIE, "three": BEARER}
    answer = asked(tmp_path, schemes, [{"one": [], "two": []}, {"three": []}], sent)
    assert answer.status == status
    if not sent:
        assert answer.document["error"]["message"] == (
            "No API key came with the request. Send it in the header 'X-Api-Key' and in the "
            "cookie 'session' or as 'Authorization: Bearer sk-aig-...'."
        )


@pytest.mark.parametrize(
    "security", [[], [{}, {"key": []}], [{"key": []}, {}], [{"certificate": []}]]
)
def test_what_stands_open_too_asks_for_nothing_but_no_wrong_key(
    tmp_path: Path, security: Any
) -> None:
    schemes = {"key": HEADER, "certificate": {"type": "mutualTLS"}}
    assert asked(tmp_path, schemes, security, {}).status == 200
    wrong = asked(tmp_path, schemes, security, {"x-api-key": BAD})
    assert wrong.status == (401 if {"key": []} in security else 200)


def test_chat_is_opened_as_its_document_says_and_as_ours_does(tmp_path: Path) -> None:
    post = {
        "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": OK,
    }
    app = serving(
        tmp_path,
        {"/chat/completions": {"post": post}, "/completions": {"post": post}},
        components={"securitySchemes": {"key": {**HEADER, "name": "api-key"}}},
        security=[{"key": []}],
    )
    text = {"model": "google/gemma-7b-it-lora", "prompt": "Once", "max_tokens": 3}
    for path, sent in (("chat/completions", body()), ("completions", text)):
        for headers, status in (
            ({"authorization": "", "api-key": GOOD}, 200),
            ({"authorization": "", "api-key": BAD}, 401),
            ({"authorization": ""}, 401),
        ):
            answer = exchange(app, "POST", f"/api/{path}", sent, headers=headers)
            assert (path, answer.status) == (path, status)
    ours = {"authorization": f"Bearer {GOOD}"}
    assert exchange(app, "POST", "/api/chat/completions", body(), headers=ours).status == 200


def test_chat_without_a_scheme_asks_for_no_key_and_looks_at_none(tmp_path: Path) -> None:
    post = {"responses": OK}
    app = serving(tmp_path, {"/chat/completions": {"post": post}, "/completions": {"post": post}})
    text = {"model": "google/gemma-7b-it-lora", "prompt": "Once", "max_tokens": 3}
    for path, sent in (("chat/completions", body()), ("completions", text)):
        for authorization in ("", f"Bearer {BAD}", f"Bearer {GOOD}"):
            headers = {"authorization": authorization}
            answer = exchange(app, "POST", f"/api/{path}", sent, headers=headers)
            assert (path, authorization, answer.status) == (path, authorization, 200)
    assert ledger(app)["charged"] == 0


@pytest.mark.parametrize(("security", "short"), [([{"key": []}], True), ([], False)])
def test_chat_goes_its_short_way_only_where_somebody_pays(
    tmp_path: Path, security: Any, short: bool
) -> None:
    app = serving(
        tmp_path,
        {"/chat/completions": {"post": {"responses": OK}}},
        components={"securitySchemes": {"key": BEARER}},
        security=security,
    )
    sent = {"authorization": f"Bearer {GOOD}", "content-type": "application/json", "host": "mock"}
    headers = [(name.encode(), value.encode()) for name, value in sent.items()]
    head = app.edge.head(b"/api/chat/completions", headers, "1")
    assert (head is not None) is short
    if head is not None:
        assert app.edge.at_once(head, json.dumps(body()).encode()) is not None
