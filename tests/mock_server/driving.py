"""Drives a mock without a socket: one ASGI exchange, whole. Knows no gateway rule."""

from __future__ import annotations

import asyncio
import atexit
import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_server.app import App, build
from mock_server.call import Call
from mock_server.completion import FinishReason, Piece, Prompt, Turn
from mock_server.connection import TRANSPORT
from mock_server.settings import Settings
from mock_server.tokens import Tokens

MODEL = "google/gemma-7b-it-lora"
CHAT = "/v1/chat/completions"
KEY = {"authorization": "Bearer sk-aig-mock"}
TOKENS = Tokens.load()
LOOP = asyncio.new_event_loop()
atexit.register(LOOP.close)


class Counting:
    """An engine that counts: each choice is `1 2 3 ...`, ten tokens or the cap."""

    name = "counting"
    version = "1"

    def __init__(self, length: int = 10) -> None:
        self.length = length

    def adapters(self) -> tuple[str, ...]:
        return ("pirate", "json")

    def count(self, turns: Sequence[Turn]) -> int:
        return TOKENS.count_prompt((turn.role, turn.text) for turn in turns)

    def pieces(self, prompt: Prompt) -> Iterator[Piece]:
        size = min(self.length, prompt.cap)
        for choice in range(prompt.n):
            for number in range(1, size + 1):
                last = number == size
                reason = FinishReason.LENGTH if size == prompt.cap else FinishReason.STOP
                yield Piece(choice, f"{number} ", finish=reason if last else None)

    def close(self) -> None:
        return None


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    writes: list[bytes] = field(default_factory=list)
    ended: bool = False
    """Its end was sent."""

    @property
    def body(self) -> bytes:
        return b"".join(self.writes)

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.document["error"]
        return error


@dataclass
class Transport:
    """A connection that only remembers."""

    written: bytes = b""
    closed: bool = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def get_extra_info(self, name: str) -> Transport:
        assert name == "socket"
        return self

    def setsockopt(self, *option: object) -> None:
        assert option


def mock(engine: Any = None, clock: Any = None, ids: Any = None, **settings: Any) -> App:
    """A mock with an engine that counts."""
    extra = {"clock": clock} if clock else {}
    return build(Settings(**settings), engine=engine or Counting(), ids=ids, **extra)


def body(content: str = "hi", **members: Any) -> dict[str, Any]:
    """A chat request of one user turn."""
    return {"model": MODEL, "messages": [{"role": "user", "content": content}], **members}


def exchange(
    app: App,
    method: str,
    path: str,
    sent: Any = None,
    headers: dict[str, str] | None = None,
    leaves_after: int | None = None,
    transport: Transport | None = None,
    admitted: Call | None = None,
) -> Answer:
    """Send one request; `leaves_after` closes the connection after so many writes.

    A call that was `admitted` at once goes on.
    """
    label = {"content-type": "application/json"} if sent is not None else {}
    given = {**KEY, **label, **(headers or {})}
    raw = sent if isinstance(sent, bytes) else b"" if sent is None else json.dumps(sent).encode()
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "extensions": {TRANSPORT: transport or Transport()},
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value],
    }
    asked: Any = app if admitted is None else functools.partial(app.edge.go_on, admitted)
    return LOOP.run_until_complete(_exchange(asked, scope, raw, leaves_after))


async def _exchange(app: Any, scope: Any, raw: bytes, leaves_after: int | None) -> Answer:
    answer = Answer()
    gone = asyncio.Event()
    waiting = [{"type": "http.request", "body": raw, "more_body": False}]

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        answer.ended = not message.get("more_body", False)
        if message["body"]:
            answer.writes.append(message["body"])
            if leaves_after is not None and len(answer.writes) >= leaves_after:
                gone.set()

    await asyncio.wait_for(app(scope, receive, send), 10)
    for _ in range(5):  # generators that nobody reads any more are closed by tasks of their own
        await asyncio.sleep(0)
    return answer


def ask(app: App, sent: Any = None, **more: Any) -> Answer:
    """Send a chat request."""
    return exchange(app, "POST", CHAT, body() if sent is None else sent, **more)


def ledger(app: App) -> dict[str, Any]:
    """The ledger of a mock in memory."""
    read = app.edge.state.ledger()
    assert isinstance(read, dict)
    return read
