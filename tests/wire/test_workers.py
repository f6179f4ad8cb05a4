"""Several processes with one Redis are one mock: to the nano-dollar, and whoever of them dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.redis_server import RedisServer
from tests.wire.serving import MODEL
from tests.wire.several import KEYS, Answer, posting, workers

pytestmark = [pytest.mark.redis, pytest.mark.xdist_group("workers")]

REQUESTS = 5_000
SENT = ("rich", "rich", "rich", "rich", "rich", "child", "poor", "slow", "brief", "daily")


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, account: str) -> Answer:
    """Send one request over a connection that is open already, and read its answer."""
    writer.write(posting(account, 5, "connection: close"))
    came = await reader.read(-1)
    writer.close()
    top, _, body = came.partition(b"\r\n\r\n")
    return Answer(account, int(top[9:12]), json.loads(body))


async def all_at_once(port: int) -> list[Answer]:
    """Open every connection first, then send every request."""
    turn = asyncio.Semaphore(100)

    async def opened() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with turn:
            return await asyncio.open_connection("127.0.0.1", port)

    connections = await asyncio.gather(*(opened() for _ in range(REQUESTS)))
    return await asyncio.gather(
        *(ask(*pair, SENT[turn % len(SENT)]) for turn, pair in enumerate(connections))
    )


def test_five_thousand_requests_at_once_leave_no_nano_dollar_adrift(
    server: RedisServer, tmp_path: Path
) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    keys = tmp_path / "keys.toml"
    keys.write_text(KEYS)
    with workers(server, 4, "--keys", str(keys)) as mock:
        assert len(set(mock.ready["workers"])) == 4
        began = time.monotonic()
        answers = asyncio.run(all_at_once(mock.ready["port"]))
        minutes, ended = (time.monotonic() - began) / 60, time.time()
        ledger = mock.control("ledger")
        seen = {one["account"]: one for one in mock.control("accounts")["accounts"]}
    assert len(answers) == REQUESTS
    by_account = {name: [one for one in answers if one.account == name] for name in set(SENT)}
    good = {name: [o.body for o in of if o.status == 200] for name, of in by_account.items()}

    # Every answer is charged, and nothing else is.
    entries = {entry["request"]: entry for entry in ledger["entries"]}
    delivered = {body["id"]: body["usage"] for bodies in good.values() for body in bodies}
    assert entries.keys() == delivered.keys()
    for name, usage in delivered.items():
        cost = usage["prompt_tokens"] * 80 + usage["completion_tokens"] * 160
        assert entries[name]["cost"] == cost
    assert ledger["charged"] == sum(entry["cost"] for entry in entries.values())
    assert (ledger["settled"], ledger["held"]) == (len(delivered), 0)
    for name, wallet in ledger["wallets"].items():
        paid = sum(entry["cost"] for entry in entries.values() if entry["wallet"] == name)
        assert wallet["charged"] == paid
        assert ledger["balances"][name] == wallet["opening"] - paid >= 0

    # No limit is exceeded, and each is used to the full.
    cost = max(entry["cost"] for entry in entries.values())
    assert len(good["rich"]) == len(by_account["rich"])
    assert {one.status for one in by_account["child"]} == {200, 402}
    assert 200_000 - 2 * cost < seen["child"]["spent"]["charged"] <= 200_000
    assert {one.status for one in by_account["poor"]} == {200, 402}
    assert 0 <= seen["poor"]["wallet"]["balance"] < 2 * cost
    assert 90 <= len(good["slow"]) <= 90 + 90 * minutes + 1
    tokens = sum(body["usage"]["total_tokens"] for body in good["brief"])
    assert 3000 - 2 * 15 < tokens <= 3000 + 3000 * minutes + 1
    days = ended // 86_400 - (ended - minutes * 60) // 86_400 + 1
    assert 70 <= len(good["daily"]) <= 70 * days


def test_a_killed_worker_is_replaced_and_its_holds_come_back(server: RedisServer) -> None:
    with workers(server, 2, "--lease", "2", "--first-token", "600s") as mock:
        before = mock.control("accounts/mock")["wallet"]
        key = {"authorization": f"Bearer {mock.ready['api_key']}"}
        asked = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "stream": True}
        with (
            httpx.Client(headers=key, timeout=30) as client,
            contextlib.ExitStack() as open_streams,
        ):
            for _ in range(3):
                url = mock.ready["base_url"] + "/chat/completions"
                open_streams.enter_context(client.stream("POST", url, json=asked))
            held = mock.control("accounts/mock")["wallet"]["held"]
            assert held > 0
            for worker in mock.ready["workers"]:
                os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 30
        after = None
        while after is None or after["held"]:
            assert time.monotonic() < deadline
            time.sleep(0.2)
            # Nobody listens while none of them lives.
            with contextlib.suppress(httpx.ConnectError):
                after = mock.control("accounts/mock")["wallet"]
        assert after == before
        answer = httpx.get(mock.ready["base_url"] + "/models", headers=key, timeout=30)
        assert answer.status_code == 200


def test_workers_do_not_outlive_the_process_that_watches_them(server: RedisServer) -> None:
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--ready-json"]
    options = ("--workers", "2", "--state", server.url)
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert len(json.loads(process.stdout.readline())["workers"]) == 2
        process.kill()
        rest, _ = process.communicate(timeout=30)  # ends once no worker holds it open any more
    assert rest == ""


def test_a_script_is_played_once_however_many_processes_play_it(
    server: RedisServer, tmp_path: Path
) -> None:
    script = tmp_path / "busy.toml"
    script.write_text("[[steps]]\nreply = {status = 503, times = 70}\nthen = [{text = 'last'}]")
    with workers(server, 4, "--script", str(script)) as mock:
        url = mock.ready["base_url"] + "/chat/completions"
        control = {"authorization": f"Bearer {mock.ready['control_token']}"}

        async def answers(count: int) -> list[httpx.Response]:
            key = {"authorization": f"Bearer {mock.ready['api_key']}"}
            asked = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
            # A connection each, so that every worker gets some of them.
            once = httpx.Limits(max_keepalive_connections=0)
            async with httpx.AsyncClient(headers=key, timeout=30, limits=once) as client:
                return await asyncio.gather(*(client.post(url, json=asked) for _ in range(count)))

        found = asyncio.run(answers(120))
        assert sorted(one.status_code for one in found) == [200] * 50 + [503] * 70
        assert sum("last" in one.text for one in found) == 1
        (step,) = mock.control("scripts")["scripts"]["main"]["steps"]
        assert (step["played"], step["of"]) == (71, 71)
        told = mock.control(f"explain/{found[0].headers['x-request-id']}")
        assert (told["script"], told["journal"]["status"]) == ("busy", found[0].status_code)
        # What is set through one worker is played by all of them from then on.
        steps = {"steps": [{"reply": {"status": 429, "times": 30}}]}
        page = mock.ready["control_url"] + "scripts/main"
        assert httpx.put(page, headers=control, json=steps).status_code == 200
        found = asyncio.run(answers(40))
        assert sorted(one.status_code for one in found) == [200] * 10 + [429] * 30
        assert httpx.post(page + "/reset", headers=control).status_code == 200
        assert {one.status_code for one in asyncio.run(answers(30))} == {429}
