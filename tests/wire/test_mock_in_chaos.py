"""A mock that is told to stop, has no descriptors left, or lives through jumps of its clock."""

from __future__ import annotations

import contextlib
import json
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_server.server import GRACE
from tests.mock_server.driving import ask, body, ledger, mock
from tests.wire.hostile_clients.client import play
from tests.wire.hostile_clients.shape import chat, head
from tests.wire.serving import MODEL

COUNT = {"model": MODEL, "messages": [{"role": "user", "content": "count to 400"}], "stream": True}
SECOND = 10**9
DAY = 86_400 * SECOND


@contextlib.contextmanager
def started(
    *options: str, prepare: Callable[[], None] | None = None
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--ready-json"]
    with subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def streaming(port: int, tokens: int) -> socket.socket:
    """A connection on which a stream has begun."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    asked = json.dumps({**COUNT, "max_tokens": tokens}).encode()
    connection.sendall(chat(body=asked, last=False))
    assert b"data: " in connection.recv(65536) + connection.recv(65536)
    return connection


def closes(port: int, seconds: float) -> bool:
    """It comes to take no more connections."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            return True
        except ConnectionError:
            continue
    return False


def rest(connection: socket.socket) -> bytes:
    got = b""
    while part := connection.recv(65536):
        got += part
    return got


def test_who_is_told_to_stop_takes_nothing_new_and_finishes_what_it_streams() -> None:
    with (
        started("--between-tokens", "20ms") as (process, ready),
        streaming(ready["port"], 60) as connection,
    ):
        process.send_signal(signal.SIGTERM)
        assert closes(ready["port"], seconds=20)
        assert rest(connection).endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
        _, complaints = process.communicate(timeout=20)
    assert process.returncode in (0, -signal.SIGTERM)
    assert complaints == ""


def test_a_stream_that_does_not_finish_within_the_grace_is_cut_and_seen_to_be_cut() -> None:
    with (
        started("--between-tokens", "50ms") as (process, ready),
        streaming(ready["port"], 4_000) as connection,
    ):
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        got = rest(connection)
        _, complaints = process.communicate(timeout=20)
    assert GRACE - 1 < time.monotonic() - began < GRACE + 20
    assert b"[DONE]" not in got
    assert not got.endswith(b"0\r\n\r\n"), "a client must see that it was cut"
    assert complaints == ""


def test_without_descriptors_those_who_are_in_are_served_and_the_others_wait() -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    with started(prepare=few) as (process, ready), contextlib.ExitStack() as open_ones:
        port = ready["port"]
        crowd = [
            open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            for _ in range(100)
        ]
        crowd[0].sendall(head(last=False))
        assert crowd[0].recv(12) == b"HTTP/1.1 200"
        before = processor_seconds(process.pid)
        time.sleep(1)
        assert processor_seconds(process.pid) - before < 0.5, "it must not spin"
        for connection in crowd:
            connection.close()
        # Until it has seen that they left, it hangs up on whoever comes.
        deadline = time.monotonic() + 20
        while (again := play(port, (head(),), 20).statuses) == () and time.monotonic() < deadline:
            time.sleep(0.05)
        assert again == (200,)
        process.terminate()
        assert process.communicate(timeout=20)[1] == ""


def processor_seconds(pid: int) -> float:
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().split()[13:15])) / 100


@pytest.mark.parametrize("jump", [-400 * DAY, -DAY, -1, 1, DAY, 400 * DAY])
def test_when_the_clock_jumps_nobody_is_locked_out_for_good_and_balances_reconcile(
    jump: int,
) -> None:
    now = 1_800_000_000 * SECOND
    app = mock(clock=lambda: now)
    small = {"authorization": "Bearer sk-aig-mock-small"}
    told = [ask(app, body(), headers=small).status for _ in range(6)]
    assert told == [200] * 5 + [429]
    for streams in (False, True):
        ask(app, body(stream=streams), leaves_after=2)
    now += jump
    for headers in ({}, small):
        refused = ask(app, body(), headers=headers)
        if refused.status == 429:
            # What was taken in the future comes back no later than it would have.
            wait = int(refused.headers["retry-after"])
            assert wait <= max(0, -jump) // SECOND + 61
            now += wait * SECOND
            refused = ask(app, body(), headers=headers)
        assert refused.status == 200
    kept = ledger(app)
    assert kept["held"] == 0
    assert kept["settled"] == len(kept["entries"])
