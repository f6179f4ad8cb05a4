"""Serves a mock on a real port, in a thread of this process. Knows no client."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mock_server.app import App, build
from mock_server.beside import running
from mock_server.settings import Settings

KEY = "sk-aig-mock"
MODEL = "google/gemma-7b-it-lora"
CHAT = "/v1/chat/completions"
HELLO = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
LONG = {**HELLO, "messages": [{"role": "user", "content": "Write a very long story."}]}
"""Its answer ends where a ceiling ends it, and is not sent in one go."""


@dataclass(frozen=True)
class Served:
    """A mock that answers on a port."""

    app: App
    port: int

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def ledger(self) -> dict[str, Any]:
        read = self.app.edge.state.ledger()
        assert isinstance(read, dict)
        return read


@contextlib.contextmanager
def served(engine: Any = None, **settings: Any) -> Iterator[Served]:
    """Start a mock and stop it at the end."""
    app = build(Settings(**settings), engine=engine)
    with running(app) as port:
        yield Served(app, port)


def raw(mock: Served, request: bytes, enough: int = 1 << 20) -> bytes:
    """Send bytes, return what comes back until the connection ends or `enough` has come."""
    with socket.create_connection(("127.0.0.1", mock.port), timeout=5) as connection:
        connection.sendall(request)
        got = b""
        while len(got) < enough:
            try:
                part = connection.recv(65536)
            except ConnectionResetError:
                return got + b"<reset>"
            if not part:
                break
            got += part
        return got


def asking(body: object = None, *extra: str) -> bytes:
    text = json.dumps(HELLO if body is None else body).encode()
    lines = [
        f"POST {CHAT} HTTP/1.1",
        "host: mock",
        f"authorization: Bearer {KEY}",
        "content-type: application/json",
        f"content-length: {len(text)}",
        *extra,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text
