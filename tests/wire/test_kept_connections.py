"""Connections that ask again and again, of several processes: in order, and to the nano-dollar."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mock_server.server.workers import SPREADS
from tests.redis_server import RedisServer
from tests.wire.several import KEYS, Answer, posting, workers

pytestmark = [pytest.mark.redis, pytest.mark.xdist_group("workers")]


async def kept(port: int, account: str, rounds: int) -> list[Answer]:
    """Ask over one connection, now and then for three answers at once; they come in order."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = []
    for turn in range(rounds):
        several = 3 if turn % 4 == 0 else 1
        for place in range(several):
            writer.write(posting(account, 3 + place))
        for place in range(several):
            top = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(top.partition("content-length: ")[2].partition("\r")[0])
            answer = Answer(account, int(top[9:12]), json.loads(await reader.readexactly(length)))
            if answer.status == 200:
                assert answer.body["usage"]["completion_tokens"] == 3 + place
            found.append(answer)
    writer.close()
    return found


def test_kept_connections_are_answered_in_order_and_charged_to_the_nano_dollar(
    server: RedisServer, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text(KEYS)
    with workers(server, 2, "--keys", str(keys)) as mock:

        async def all_of_them() -> list[list[Answer]]:
            names = ("rich", "rich", "rich", "poor", "slow", "child")
            port = mock.ready["port"]
            return await asyncio.gather(
                *(kept(port, names[turn % len(names)], 20) for turn in range(48))
            )

        began = time.monotonic()
        answers = [one for each in asyncio.run(all_of_them()) for one in each]
        minutes = (time.monotonic() - began) / 60
        ledger = mock.control("ledger")
    good = [one for one in answers if one.status == 200]
    entries = {entry["request"]: entry for entry in ledger["entries"]}
    assert entries.keys() == {one.body["id"] for one in good}
    assert (ledger["settled"], ledger["held"]) == (len(good), 0)
    assert ledger["charged"] == sum(entry["cost"] for entry in entries.values())
    for name, wallet in ledger["wallets"].items():
        paid = sum(entry["cost"] for entry in entries.values() if entry["wallet"] == name)
        assert wallet["charged"] == paid
    cost = max(entry["cost"] for entry in entries.values())
    assert 0 <= ledger["balances"]["poor"] < 2 * cost
    slow = sum(one.account == "slow" for one in good)
    assert 90 <= slow <= 90 + 90 * minutes + 1
    assert {one.status for one in answers if one.account == "rich"} == {200}


def connections(worker: int) -> int:
    """How many sockets a process has."""
    folder = Path(f"/proc/{worker}/fd")
    return sum(os.readlink(one).startswith("socket:") for one in folder.iterdir())


def test_connections_are_spread_over_the_workers(server: RedisServer) -> None:
    with workers(server, 2) as mock, contextlib.ExitStack() as opened:
        before = [connections(worker) for worker in mock.ready["workers"]]
        for _ in range(64):  # one after the other, as well as all at once
            address = ("127.0.0.1", mock.ready["port"])
            client = opened.enter_context(socket.create_connection(address, timeout=10))
            client.sendall(b"GET /healthz HTTP/1.1\r\nhost: mock\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
        after = [connections(worker) for worker in mock.ready["workers"]]
        gained = [more - less for more, less in zip(after, before, strict=True)]
        assert sum(gained) >= 64
        assert min(gained) >= 8 or not SPREADS


def test_a_port_that_workers_share_is_no_other_mocks(server: RedisServer) -> None:
    with workers(server, 2) as mock:
        port = str(mock.ready["port"])
        for number in ("1", "2"):
            command = [sys.executable, "-m", "mock_server", "serve", "--port", port]
            told = subprocess.run(
                [*command, "--workers", number, "--state", server.url],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert told.returncode != 0
            assert "cannot listen on" in told.stderr


def test_a_redis_that_stands_still_for_a_while_charges_what_was_answered_and_no_more(
    server: RedisServer, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text(KEYS)
    with workers(server, 2, "--keys", str(keys)) as mock:

        async def in_a_storm() -> list[list[Answer]]:
            asking = [asyncio.create_task(kept(mock.ready["port"], "rich", 200)) for _ in range(16)]
            await asyncio.sleep(0.5)
            server.freeze()
            await asyncio.sleep(3)  # longer than a worker waits for an answer
            server.thaw()
            return await asyncio.gather(*asking)

        answers = [one for each in asyncio.run(in_a_storm()) for one in each]
        good = {one.body["id"] for one in answers if one.status == 200}
        deadline = time.monotonic() + 20
        while (ledger := mock.control("ledger"))["held"] or ledger["settled"] != len(good):
            assert time.monotonic() < deadline, (ledger["settled"], len(good), ledger["held"])
            time.sleep(0.2)
    assert {one.status for one in answers} == {200, 503}
    assert {entry["request"] for entry in ledger["entries"]} == good
    assert ledger["charged"] == sum(entry["cost"] for entry in ledger["entries"])
