"""The mock on a real Ray: two ingresses, two replicas of the small Gemma, one Redis."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import mock_server
from bench.speed.server import family
from conformance.bundled import KEYS
from conformance.session import Options, hold
from conformance.target import ON_LOOPBACK, Target
from tests.redis_server import RedisServer

MODEL = "google/gemma-7b-it-lora"
CHAT = "/v1/chat/completions"
TOKEN = "control"
SMALL = Path(mock_server.__file__).parent / "gemma" / "small"
PLAN = """
state = "{redis}"
[ingress]
replicas = 2
cpus = 0.5
[model]
least = 2
most = 3
waiting = 2
at_once = 8
cpus = 0.5
adapters_each = 1
[model.adapters]
sailor = "{small}/adapters/pirate"
clerk = "{small}/adapters/json"
"""


class Cluster:
    """A cluster that runs."""

    def __init__(self, port: int, driver: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.headers = {"authorization": f"Bearer {KEYS['valid']}"}
        self._driver = driver

    def replicas(self) -> list[int]:
        """Processes that hold a model."""
        return [one for one in family(self._driver) if _title(one).endswith(":Gemma")]

    def control(self, page: str) -> Any:
        given = {"authorization": f"Bearer {TOKEN}"}
        return httpx.get(f"{self.url}/__gonogo__/{page}", headers=given, timeout=30).json()


def _title(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return words[0].decode() if words[0].startswith(b"ray::ServeReplica") else ""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    # Ray's sockets live below this folder, and their names may not be long.
    with tempfile.TemporaryDirectory(prefix="ray") as name:
        folder = Path(name)
        redis = RedisServer(folder)
        plan = folder / "cluster.toml"
        plan.write_text(PLAN.format(redis=redis.url, small=SMALL), encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        driver = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("driver.py")), plan, str(port), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={
                **os.environ,
                "GONOGO_CONTROL_TOKEN": TOKEN,
                "RAY_AUTH_MODE": "disabled",
                "RAY_USAGE_STATS_ENABLED": "0",
            },
        )
        assert driver.stdin is not None
        assert driver.stdout is not None
        try:
            said = []
            while (line := driver.stdout.readline()).strip() != "ready":
                assert line, "".join(said)
                said.append(line)
            yield Cluster(port, driver.pid)
        finally:
            driver.stdin.close()
            driver.wait(120)
            driver.stdout.close()
            redis.stop()


def asked(text: str, **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}


def reconciled(ledger: dict[str, Any]) -> None:
    """The books are right: nothing is on hold, and what was charged has left the wallets."""
    assert ledger["held"] == 0
    spent = sum(wallet["charged"] for wallet in ledger["wallets"].values())
    assert spent == ledger["charged"]
    assert ledger["charged"] >= sum(entry["cost"] for entry in ledger["entries"])


def test_the_conformance_run_passes(cluster: Cluster) -> None:
    target = Target(f"{cluster.url}/v1", model=MODEL, budget=ON_LOOPBACK)
    run = asyncio.run(hold(target, dict(KEYS), Options()))
    verdicts = Counter(str(ruling.verdict) for ruling in run.report().rulings)
    broken = {
        one.requirement: one.findings for one in run.report().rulings if str(one.verdict) == "FAIL"
    }
    assert broken == {}
    assert verdicts["PASS"] > 500
    reconciled(cluster.control("ledger"))


def test_adapters_are_loaded_where_they_are_asked_for(cluster: Cluster) -> None:
    with httpx.Client(base_url=cluster.url, headers=cluster.headers, timeout=60) as client:
        listed = {model["id"] for model in client.get("/v1/models").json()["data"]}
        assert {f"{MODEL}:sailor", f"{MODEL}:clerk", f"{MODEL}:pirate"} <= listed
        said = {}
        for _ in range(3):  # One at a time fits into a replica, so each drives another out.
            for name in ("", ":sailor", ":clerk"):
                sent = {**asked("hello", temperature=0, max_tokens=24), "model": MODEL + name}
                answer = client.post(CHAT, json=sent)
                assert answer.status_code == 200, answer.text
                text = answer.json()["choices"][0]["message"]["content"]
                assert said.setdefault(name, text) == text
        assert len(set(said.values())) == 3
        assert (
            said[":sailor"]
            == client.post(
                CHAT,
                json={**asked("hello", temperature=0, max_tokens=24), "model": f"{MODEL}:pirate"},
            ).json()["choices"][0]["message"]["content"]
        )


def test_more_replicas_come_where_requests_wait_and_one_that_dies_costs_nobody(
    cluster: Cluster,
) -> None:
    before = cluster.control("ledger")
    ended = asyncio.run(_load(cluster))
    print(ended)
    # What had not begun was asked of another replica; what had begun ended as the contract says.
    assert set(ended) <= {"whole", "told", "answered", "failed"}
    assert ended["whole"] > ended["told"]
    assert ended["answered"] > 0
    assert ended["told"] + ended["failed"] <= 16
    after = cluster.control("ledger")
    reconciled(after)
    delivered = ended["whole"] + ended["answered"]
    assert delivered <= after["settled"] - before["settled"] <= delivered + ended["told"]


async def _load(cluster: Cluster) -> Counter[str]:
    ended: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(
        base_url=cluster.url, headers=cluster.headers, timeout=120, limits=limits
    ) as client:

        async def stream(number: int) -> None:
            sent = asked(f"tell a long story about {number}", stream=True, max_tokens=300)
            lines = []
            async with client.stream("POST", CHAT, json=sent) as answer:
                if answer.status_code != 200:
                    ended["failed" if answer.status_code == 500 else answer.status_code] += 1
                    return
                async for line in answer.aiter_lines():
                    lines += [line] if line else []
            if lines[-1] == "data: [DONE]":
                ended["whole"] += 1
            else:
                told = json.loads(lines[-1].removeprefix("data: "))
                ended["told" if told["error"]["code"] == "upstream_error" else "odd"] += 1

        async def whole(number: int) -> None:
            answer = await client.post(CHAT, json=asked(f"say {number}", max_tokens=40))
            ended["answered" if answer.status_code == 200 else "failed"] += 1

        first = [asyncio.create_task(stream(number)) for number in range(24)]
        deadline = time.monotonic() + 90
        while len(cluster.replicas()) < 3 and time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            if sum(not task.done() for task in first) < 24:
                first.append(asyncio.create_task(stream(len(first))))
        assert len(cluster.replicas()) == 3
        rest = [asyncio.create_task(stream(number)) for number in range(100, 124)]
        rest += [asyncio.create_task(whole(number)) for number in range(24)]
        await asyncio.sleep(1.0)
        os.kill(cluster.replicas()[0], signal.SIGKILL)
        await asyncio.gather(*first, *rest)
    return ended
