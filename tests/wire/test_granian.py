"""The same mock on granian: answers, streams, refusals, charges; and what it cannot serve."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_server.app import build
from mock_server.server import listen
from mock_server.server.by_granian import Announcing
from mock_server.settings import Settings
from tests.wire.serving import CHAT, HELLO, KEY

SERVE = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--runner", "granian"]


class Running:
    """A mock in a process of its own."""

    def __init__(self, line: dict[str, Any]) -> None:
        self.port: int = line["port"]
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"authorization": f"Bearer {KEY}"},
            timeout=10,
        )
        self._token = line["control_token"]

    def ledger(self) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._token}"}
        read: dict[str, Any] = self.client.get("/__gonogo__/ledger", headers=headers).json()
        return read

    def raw(self, body: dict[str, Any], enough: int = 1 << 20) -> bytes:
        sent = json.dumps(body).encode()
        lines = [f"POST {CHAT} HTTP/1.1", "host: mock", f"authorization: Bearer {KEY}"]
        lines += ["content-type: application/json", f"content-length: {len(sent)}"]
        lines += ["connection: close", "", ""]
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall("\r\n".join(lines).encode() + sent)
            got = b""
            while len(got) < enough and (part := connection.recv(65536)):
                got += part
        return got


@pytest.fixture(scope="module")
def mock() -> Iterator[Running]:
    process = subprocess.Popen([*SERVE, "--ready-json"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        running = Running(json.loads(process.stdout.readline()))
        yield running
        running.client.close()
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stdout.close()


def test_a_request_is_answered_and_charged(mock: Running) -> None:
    before = mock.ledger()
    for extra in ({}, {"x-request-id": "mine"}):
        answer = mock.client.post(CHAT, json={**HELLO, "seed": 1}, headers=extra)
        assert answer.status_code == 200
        assert answer.json()["choices"][0]["finish_reason"] == "stop"
        assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["x-request-id"] == "mine"
    after = mock.ledger()
    assert after["settled"] == before["settled"] + 2
    assert after["held"] == 0


@pytest.mark.parametrize("extra", [{}, {"x-aig-tag": "team"}])
def test_every_event_of_a_stream_is_a_chunk(mock: Running, extra: dict[str, str]) -> None:
    asked = {**HELLO, "stream": True, "max_tokens": 30, "seed": 7}
    got = mock.raw(asked)
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head.lower()
    chunks = []
    while not body.startswith(b"0\r\n"):
        size, _, body = body.partition(b"\r\n")
        chunks.append(body[: int(size, 16)])
        body = body[int(size, 16) + 2 :]
    assert len(chunks) > 20
    assert all(chunk.startswith(b"data: ") and chunk.endswith(b"\n\n") for chunk in chunks)
    with mock.client.stream("POST", CHAT, json=asked, headers=extra) as answer:
        lines = [line for line in answer.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    assert len(lines) == len(chunks)


def test_what_is_refused_is_refused_alike(mock: Running) -> None:
    wrong = mock.client.post(CHAT, json={**HELLO, "temperature": 9})
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "temperature")
    nobody = mock.client.post(CHAT, json=HELLO, headers={"authorization": "Bearer sk-nobody"})
    assert nobody.status_code == 401
    assert mock.client.get("/nowhere").status_code == 404
    head = mock.client.head("/v1/models")
    assert (head.status_code, head.content) == (200, b"")
    assert mock.client.options(CHAT).status_code == 204


def test_a_refusal_is_read_by_a_client_that_is_still_sending(mock: Running) -> None:
    for _ in range(30):
        large = mock.client.post(
            CHAT,
            content=(b" " * 65536 for _ in range(40)),
            headers={"content-type": "application/json"},
        )
        assert large.status_code == 413


def test_a_client_that_leaves_pays_for_what_was_sent(mock: Running) -> None:
    before = mock.ledger()["settled"]
    asked = {**HELLO, "stream": True, "max_tokens": 4000}
    asked["messages"] = [{"role": "user", "content": "tell a long story"}]
    mock.raw(asked, enough=20_000)
    deadline = time.monotonic() + 10
    while mock.ledger()["settled"] == before and time.monotonic() < deadline:
        time.sleep(0.02)
    entry = mock.ledger()["entries"][-1]
    assert 0 < entry["completion_tokens"] <= 4000
    assert mock.ledger()["held"] == 0


def test_a_script_is_played_as_far_as_it_stays_in_http(mock: Running) -> None:
    def reply(told: dict[str, Any]) -> httpx.Response:
        return mock.client.post(CHAT, json=HELLO, headers={"x-gonogo-script": json.dumps(told)})

    assert reply({"text": "By header."}).json()["choices"][0]["message"]["content"] == "By header."
    assert reply({"status": 503, "retry_after": 7}).headers["retry-after"] == "7"
    assert len(reply({"cut": {"byte": 20, "how": "end"}}).content) == 20
    cut = reply({"cut": {"byte": 20}})
    assert (cut.status_code, "cuts with close" in cut.text) == (400, True)


def test_a_script_that_reaches_below_http_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "cut.toml"
    file.write_text("[[steps]]\nreply = {cut = {event = 3, how = 'reset'}}")
    done = subprocess.run(
        [*SERVE, "--script", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "step 1 (step 1) cuts with reset, which reaches below HTTP" in done.stderr


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--fault", "framing.complete"], "reaches below HTTP; use --runner uvicorn"),
        (["--workers", "2", "--state", "redis://127.0.0.1:1"], "takes no --workers"),
    ],
)
def test_what_it_cannot_do_it_says_at_once(more: list[str], told: str) -> None:
    done = subprocess.run([*SERVE, *more], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_no_event_waits_until_the_one_before_it_is_heard() -> None:
    with listen("127.0.0.1", 0) as listening:
        Announcing(build(Settings()), listening, lambda: None)
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
