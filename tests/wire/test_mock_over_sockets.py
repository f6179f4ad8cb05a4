"""The mock on a real port: methods, sizes, browsers, documents, quota, control."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.wire.serving import CHAT, HELLO, KEY, MODEL, Served, asking, raw, served

TOKEN = "control-token"


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served(control_token=TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def client(mock: Served) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=mock.root, headers=headers, timeout=10) as made:
        yield made


def test_keep_alive_survives_refusals_whose_body_was_not_read(mock: Served) -> None:
    refused = asking({"model": "x" * 30_000}).replace(b"Bearer sk-aig-mock", b"Bearer sk-nobody")
    got = raw(mock, refused + asking(None, "connection: close"))
    assert got.count(b"HTTP/1.1 ") == 2
    assert got.startswith(b"HTTP/1.1 401 ")
    assert b"HTTP/1.1 200 OK" in got


def test_a_chunked_body_over_the_limit_is_413(mock: Served, client: httpx.Client) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    answer = client.post(CHAT, content=parts(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "request_too_large"


def test_a_body_that_says_it_is_over_the_limit_is_413(client: httpx.Client) -> None:
    sent = b" " * (2 << 20)
    answer = client.post(CHAT, content=sent, headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/v1/models", f"/v1/models/{MODEL}", "/healthz", "/llms.txt"])
def test_head_gives_the_headers_of_get_and_no_body(client: httpx.Client, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    own = {"date", "x-request-id"}
    assert [name for name in head.headers if name not in own] == [
        name for name in get.headers if name not in own
    ]
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", CHAT, 405),
        ("GET", CHAT, 405),
        ("HEAD", CHAT, 405),
        ("POST", "/v1/models", 405),
        ("PUT", "/healthz", 405),
        ("BREW", CHAT, 405),
        ("GET", "/v1/nope", 404),
        ("GET", "/", 404),
        ("GET", "/chat/completions", 404),
        ("POST", "/v1/chat/completions/", 404),
        ("GET", "/v1/models/", 404),
    ],
)
def test_a_wrong_path_or_method_is_refused_in_json(
    mock: Served, method: str, path: str, status: int
) -> None:
    head = f"{method} {path} HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n\r\n".encode()
    answer = raw(mock, head)
    if method == "BREW":
        assert answer.startswith((b"HTTP/1.1 405 ", b"HTTP/1.1 400 "))
    else:
        assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert (b"\r\nallow: " in answer) == (answer[9:12] == b"405")
    assert b"content-type: application/json" in answer


def test_what_is_not_http_is_refused_in_json(mock: Served) -> None:
    answer = raw(mock, b"\x16\x03\x01 hello\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"]


def test_a_browser_is_let_in(mock: Served, client: httpx.Client) -> None:
    asked = {
        "origin": "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-stainless-os",
    }
    with httpx.Client() as stranger:
        answer = stranger.options(f"{mock.root}{CHAT}", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "x-stainless-os" in answer.headers["access-control-allow-headers"]
    exposed = client.post(CHAT, json=HELLO).headers["access-control-expose-headers"]
    for name in ("x-request-id", "retry-after", "x-cost-cents", "x-ratelimit-reset-requests"):
        assert name in exposed


def test_request_ids_are_echoed_if_safe_and_unique_if_not(client: httpx.Client) -> None:
    def answered(sent: str) -> str:
        return client.get("/healthz", headers={"x-request-id": sent}).headers["x-request-id"]

    assert answered("abc-1") == "abc-1"
    made = {answered("x" * 5000), answered("a b"), answered(""), answered("<script>")}
    assert len(made) == 4
    assert all(one.startswith("req_") for one in made)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/openapi.json", "application/json"),
        ("/openapi.yaml", "application/yaml"),
        ("/llms.txt", "text/plain; charset=utf-8"),
    ],
)
def test_documents_stand_at_the_root(client: httpx.Client, path: str, kind: str) -> None:
    answer = client.get(path, headers={"authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert MODEL in answer.text


def test_the_quota_counts_down_and_its_word_is_kept(mock: Served) -> None:
    with httpx.Client(headers={"authorization": f"Bearer {KEY}-small"}) as client:
        seen = [client.get(f"{mock.url}/models") for _ in range(6)]
    left = [int(answer.headers["x-ratelimit-remaining-requests"]) for answer in seen]
    assert left == [4, 3, 2, 1, 0, 0]
    assert [answer.status_code for answer in seen] == [200] * 5 + [429]
    assert 1 <= int(seen[-1].headers["retry-after"]) <= 12
    assert seen[-1].headers["x-ratelimit-limit-requests"] == "5"


def test_the_ledger_and_the_journal_are_for_whoever_has_the_token(mock: Served) -> None:
    with httpx.Client(base_url=f"{mock.root}/__gonogo__/") as client:
        assert client.get("ledger").status_code == 401
        assert client.get("ledger", headers={"authorization": f"Bearer {KEY}"}).status_code == 401
        client.headers["authorization"] = f"Bearer {TOKEN}"
        asked = httpx.post(
            f"{mock.url}/chat/completions",
            json=HELLO,
            headers={"authorization": f"Bearer {KEY}", "x-request-id": "of-interest"},
        )
        ledger = client.get("ledger").json()
        calls = client.get("journal").json()["calls"]
        assert client.get("nothing").status_code == 404
    line = next(line for line in calls if line["id"] == "of-interest")
    entry = next(entry for entry in ledger["entries"] if entry["request"] == line["completion"])
    usage = asked.json()["usage"]
    assert line["completion_tokens"] == entry["completion_tokens"] == usage["completion_tokens"]
    assert entry["cost"] == usage["prompt_tokens"] * 80 + usage["completion_tokens"] * 160
    assert float(asked.headers["x-cost-cents"]) == pytest.approx(entry["cost"] / 1e7)
    assert KEY not in json.dumps(calls).replace(f"{KEY}-", "")
