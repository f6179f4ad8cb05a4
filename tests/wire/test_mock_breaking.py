"""The mock on a real port when something breaks: the client leaves, the engine fails, bytes lie."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mock_server.completion import EngineFailure, EngineSaturated, Piece, Prompt
from tests.mock_server.driving import Counting
from tests.wire.serving import HELLO, KEY, asking, raw, served


class Endless(Counting):
    """An engine that does not stop by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = False
        self.made = 0

    def pieces(self, prompt: Prompt) -> Iterator[Piece]:
        try:
            while True:
                self.made += 1
                yield Piece(0, "word " * 200)
        finally:
            self.stopped = True


class Failing(Counting):
    """An engine that breaks after so many pieces."""

    def __init__(self, after: int, error: Exception) -> None:
        super().__init__()
        self._after = after
        self._error = error

    def pieces(self, prompt: Prompt) -> Iterator[Piece]:
        for number in range(self._after):
            yield Piece(0, f"{number} ")
        raise self._error


def until(true: Any, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(true())


def test_a_client_that_leaves_stops_the_engine_and_pays_for_what_was_sent() -> None:
    engine = Endless()
    with served(engine) as mock:
        got = raw(mock, asking({**HELLO, "stream": True}), enough=20_000)
        assert b"text/event-stream" in got
        assert until(lambda: engine.stopped)
        assert until(lambda: mock.ledger()["settled"] == 1)
        entry = mock.ledger()["entries"][0]
        made = engine.made
    assert entry["ending"] == "interrupted"
    assert 0 < entry["completion_tokens"] <= made
    assert entry["cost"] == entry["prompt_tokens"] * 80 + entry["completion_tokens"] * 160
    assert mock.ledger()["held"] == 0


def test_an_engine_that_breaks_before_output_is_an_ordinary_500_and_costs_nothing() -> None:
    with served(Failing(0, EngineFailure("secret path /x"))) as mock:
        for stream in (False, True):
            answer = raw(mock, asking({**HELLO, "stream": stream}, "connection: close"))
            assert answer.startswith(b"HTTP/1.1 500 ")
            assert b"upstream_error" in answer
            assert b"secret" not in answer
        assert mock.ledger()["charged"] == mock.ledger()["held"] == 0


def test_a_saturated_engine_says_when_to_come_back() -> None:
    with served(Failing(0, EngineSaturated("full", 7))) as mock:
        answer = raw(mock, asking(None, "connection: close"))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 7\r\n" in answer


@pytest.mark.parametrize("error", [EngineFailure("secret"), RuntimeError("secret")])
def test_an_engine_that_breaks_in_a_stream_ends_it_with_one_error(error: Exception) -> None:
    with served(Failing(3, error)) as mock:
        answer = raw(mock, asking({**HELLO, "stream": True}, "connection: close"))
        entry = mock.ledger()["entries"][0]
    assert answer.count(b'data: {"error":') == 1
    assert b"[DONE]" not in answer
    assert b"secret" not in answer
    assert answer.endswith(b"0\r\n\r\n")
    assert (entry["ending"], entry["completion_tokens"]) == ("failed", 3)


@pytest.mark.parametrize(
    ("fault", "ends"),
    [
        ("framing.chunks-legal", b"zz\r\nhello\r\n"),
        ("framing.complete/reset", b"<reset>"),
        ("framing.complete", b"[DONE]\n\n\r\n"),
    ],
)
def test_behaviour_below_http_reaches_the_client(fault: str, ends: bytes) -> None:
    with served(faults=(fault,)) as mock:
        answer = raw(mock, asking({**HELLO, "stream": True}))
    assert answer.endswith(ends)
    assert b"0\r\n\r\n" not in answer


def test_events_are_sent_as_they_are_made() -> None:
    with served(Endless()) as mock, httpx.Client() as client:
        headers = {"authorization": f"Bearer {KEY}"}
        url = f"{mock.url}/chat/completions"
        with client.stream("POST", url, json={**HELLO, "stream": True}, headers=headers) as answer:
            first = next(answer.iter_raw())
    assert first.startswith(b'data: {"id"')
