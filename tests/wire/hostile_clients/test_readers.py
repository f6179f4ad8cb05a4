"""Readers that stop, leave, or never ask: memory stays bounded, and nobody else waits for them."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.wire.hostile_clients.client import play
from tests.wire.hostile_clients.shape import chat, head
from tests.wire.hostile_clients.stronghold import MEMORY, Stronghold, stronghold
from tests.wire.scripted_server import RESET
from tests.wire.serving import HELLO, LONG

pytestmark = pytest.mark.xdist_group("hostile-clients")

STREAM = json.dumps({**HELLO, "stream": True, "n": 8, "max_tokens": 4_000, "stop": None}).encode()
ENDLESS = json.dumps({**LONG, "stream": True, "n": 8, "max_tokens": 3_900}).encode()
IDLE = 2_000


@pytest.fixture(scope="module")
def mock() -> Iterator[Stronghold]:
    with stronghold("--stall-seconds", "2") as running:
        yield running


def connected(mock: Stronghold, room: int | None = None) -> socket.socket:
    """A connection with little room for what nobody reads."""
    made = socket.socket()
    if room is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    made.connect(("127.0.0.1", mock.port))
    return made


def settled(mock: Stronghold) -> None:
    """Wait until nothing is in flight, and see that nothing is held for what was left."""
    deadline = time.monotonic() + 30
    while (ledger := mock.control("ledger"))["held"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert ledger["held"] == 0


def test_a_hundred_readers_that_stop_cost_little_and_are_hung_up_on(mock: Stronghold) -> None:
    before = mock.memory()
    deaf = [connected(mock, room=4_096) for _ in range(100)]
    for connection in deaf:
        connection.sendall(chat(body=ENDLESS, last=False))
    time.sleep(0.5)
    assert mock.well()
    assert stream_is_whole(mock)
    assert mock.memory() - before < 100 << 20
    deadline = time.monotonic() + 60
    while mock.descriptors() > 60 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert mock.descriptors() <= 60
    settled(mock)
    for connection in deaf:
        connection.close()


def test_a_client_that_asks_and_asks_and_never_reads_is_not_answered_for_ever(
    mock: Stronghold,
) -> None:
    before = mock.memory()
    request = chat(body=json.dumps(HELLO).encode(), last=False)
    with connected(mock, room=4_096) as connection:
        connection.settimeout(0.2)
        # It is hung up on, whether it goes on pushing or waits for the mock to read more.
        with pytest.raises(ConnectionError):
            push(connection, request * 500, seconds=30)
        assert mock.memory() - before < 50 << 20
    assert mock.well()
    settled(mock)


def push(connection: socket.socket, data: bytes, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(TimeoutError):
            connection.send(data)


def stream_is_whole(mock: Stronghold) -> bool:
    body = json.dumps({**HELLO, "stream": True}).encode()
    got = play(mock.port, (chat(body=body),), 30)
    return got.statuses == (200,) and got.answers[0].body.endswith(b"data: [DONE]\n\n")


def test_who_asks_nothing_any_more_is_hung_up_on(mock: Stronghold) -> None:
    with connected(mock) as connection:
        connection.settimeout(30)
        connection.sendall(head(last=False))
        began = time.monotonic()
        while connection.recv(4_096):
            pass
    assert 3 < time.monotonic() - began < 25


@pytest.mark.parametrize("events", range(9))
def test_a_reader_may_leave_after_any_event_and_pays_for_what_it_got(
    mock: Stronghold, events: int
) -> None:
    name = f"leaves-{events}"
    with connected(mock) as connection:
        connection.sendall(chat(f"x-request-id: {name}", body=ENDLESS, last=False))
        got = b""
        while got.count(b"data: ") < events:
            got += connection.recv(512)
    settled(mock)
    call = called(mock, name)
    assert call["ending"] in ("interrupted", "complete")
    assert call["completion_tokens"] >= max(0, events - 9)


def called(mock: Stronghold, name: str) -> dict[str, object]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for call in mock.control("journal")["calls"]:
            if call["id"] == name:
                assert isinstance(call, dict)
                return call
        time.sleep(0.05)
    raise AssertionError(f"{name} is not in the journal")


def test_one_who_leaves_with_a_request_in_line_is_seen_to_have_left(mock: Stronghold) -> None:
    with connected(mock) as connection:
        first = chat("x-request-id: first-in-line", body=ENDLESS, last=False)
        connection.sendall(first + head(last=False))
        connection.recv(512)
    settled(mock)
    assert called(mock, "first-in-line")["ending"] == "interrupted"


def test_a_reset_within_a_stream_ends_it(mock: Stronghold) -> None:
    play(mock.port, (chat("x-request-id: reset", body=ENDLESS, last=False), RESET), 5)
    settled(mock)
    assert called(mock, "reset")["ending"] in ("interrupted", "complete")


def test_thousands_of_idle_connections_trouble_nobody() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with stronghold() as mock:
            idle = [connected(mock) for _ in range(IDLE)]
            assert mock.well()
            assert stream_is_whole(mock)
            assert mock.memory() < MEMORY
            for connection in idle[::2]:
                connection.close()
            for connection in idle[1::2]:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            first = [connection.recv(12) for connection in idle[1::2]]
            assert set(first) == {b"HTTP/1.1 200"}
            for connection in idle[1::2]:
                connection.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_thousands_of_keys_are_no_more_than_wrong(mock: Stronghold) -> None:
    before = mock.memory()
    with httpx.Client(base_url=f"http://127.0.0.1:{mock.port}", timeout=30) as client:
        for number in range(3_000):
            key = {"authorization": f"Bearer sk-guess-{number:060d}"}
            assert client.get("/v1/models", headers=key).status_code == 401
    assert mock.memory() - before < 20 << 20
