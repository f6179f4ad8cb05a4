"""Exchanges to be recorded, played and compared. Judges nothing."""

from __future__ import annotations

import json
from typing import Any

from mock_server.recording.fixture import Asked, Chunk, Fixture
from tests.mock_server.driving import CHAT, body

STREAM = "text/event-stream; charset=utf-8"


def asked(document: Any = None, method: str = "POST", path: str = CHAT, **more: Any) -> Asked:
    """A request, of a chat unless it is told otherwise."""
    sent = body() if document is None else document
    raw = b"" if method == "GET" else sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    given = {"query": "", "headers": {"content-type": "application/json"}, **more}
    return Asked(method, path, given["query"], given["headers"], raw)


def answered(
    *parts: bytes | str, status: int = 200, label: str = "application/json", **headers: str
) -> dict[str, Any]:
    """An answer in chunks, the first after a second."""
    chunks = [
        Chunk(1.0 + index / 8, part if isinstance(part, bytes) else part.encode())
        for index, part in enumerate(parts)
    ]
    named = [
        ("content-type", label),
        *((name.replace("_", "-"), one) for name, one in headers.items()),
    ]
    return {"status": status, "headers": named, "chunks": chunks}


def fixture(request: Asked | None = None, name: str = "0001-x", **answer: Any) -> Fixture:
    """A fixture."""
    told = answer or answered('{"a":1}', content_length="7")
    return Fixture(
        request or asked(), head_at=0.5, recorded_at="2026-01-01T00:00:00Z", name=name, **told
    )
