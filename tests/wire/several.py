"""A mock of several processes with one Redis, and accounts in many states."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.redis_server import RedisServer
from tests.wire.serving import MODEL

KEYS = """
[[key]]
key = "sk-load-rich"
account = "rich"
balance = 1

[[key]]
key = "sk-load-child"
account = "child"
wallet = "rich"
cap = "0.0002"

[[key]]
key = "sk-load-poor"
account = "poor"
balance = "0.0003"

[[key]]
key = "sk-load-slow"
account = "slow"
requests_per_minute = 90

[[key]]
key = "sk-load-brief"
account = "brief"
tokens_per_minute = 3000

[[key]]
key = "sk-load-daily"
account = "daily-load"
requests_per_day = 70
"""


def posting(account: str, tokens: int, *lines: str) -> bytes:
    """A request for so many tokens by an account of KEYS; `lines` are further headers."""
    asked = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": tokens,
        "stream": False,
    }
    text = json.dumps(asked).encode()
    head = (
        "POST /v1/chat/completions HTTP/1.1",
        "host: mock",
        f"authorization: Bearer sk-load-{account}",
        "content-type: application/json",
        f"content-length: {len(text)}",
        *lines,
    )
    return "\r\n".join((*head, "", "")).encode() + text


@dataclass
class Mock:
    """A mock of several processes."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    def control(self, page: str) -> Any:
        token = {"authorization": f"Bearer {self.ready['control_token']}"}
        answer = httpx.get(self.ready["control_url"] + page, headers=token, timeout=30)
        assert answer.status_code == 200
        return answer.json()


@contextlib.contextmanager
def workers(server: RedisServer, number: int, *options: str) -> Iterator[Mock]:
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--ready-json"]
    state = f"{server.url}?name={time.monotonic_ns()}"
    options = ("--workers", str(number), "--state", state, *options)
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Mock(process, json.loads(process.stdout.readline()))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    assert process.returncode == 0


@dataclass
class Answer:
    """What came back for one request."""

    account: str
    status: int
    body: dict[str, Any]
