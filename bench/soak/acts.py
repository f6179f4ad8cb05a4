"""What clients do to a mock in a soak, and what each has to get. Knows no process.

An act is a coroutine over a `Client`; it returns "" if all was as it has to be, else what was not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

CHAT = "/v1/chat/completions"
MODEL = "google/gemma-7b-it-lora"
PRICES = 80, 160
"""Nano-USD a token, of prompts and completions."""
PAYS, LEAVES = "sk-soak-pays-in-full", "sk-soak-leaves-early"
BUILT_IN = "sk-aig-mock"
WORDS = (
    *("one", "two", "three", "red", "blue", "cat", "house", "river", "mountain"),
    *("Grüße", "naïve", "世界", "<b>", "{}", "0.5"),
)
PATIENCE = 30.0
"""Seconds for an answer, on a machine that is busy."""


@dataclass
class Client:
    """A client of one mock, with an account of what it paid for."""

    port: int
    dice: random.Random
    http: httpx.AsyncClient
    owed: int = 0
    """Nano-USD of all answers that it read to the end with the key that pays."""
    done: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def asked(self, **more: Any) -> dict[str, Any]:
        """Return a request like no other."""
        words = " ".join(self.dice.choices(WORDS, k=self.dice.randrange(1, 200)))
        return {
            "model": MODEL,
            "messages": [{"role": "user", "content": f"{self.dice.random()} {words}"}],
            "max_tokens": self.dice.choice((5, 40, 200)),
            **more,
        }

    async def post(self, body: Any, key: str = PAYS, **more: str) -> httpx.Response:
        """Ask for a completion."""
        headers = {"authorization": f"Bearer {key}", **more}
        return await self.http.post(CHAT, json=body, headers=headers)

    def pay(self, usage: dict[str, int]) -> None:
        """Note what an answer costs."""
        prompt, completion = PRICES
        self.owed += usage["prompt_tokens"] * prompt + usage["completion_tokens"] * completion


Act = Callable[[Client], Awaitable[str]]


async def whole(client: Client) -> str:
    """Read a whole answer."""
    answer = await client.post(client.asked(n=client.dice.choice((1, 1, 3))))
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.text[:100]}"
    client.pay(answer.json()["usage"])
    return ""


async def stream(client: Client) -> str:
    """Read a stream to its end."""
    body = client.asked(stream=True, stream_options={"include_usage": True})
    answer = await client.post(body)
    events = [line for line in answer.text.split("\n\n") if line]
    if answer.status_code != 200 or not events or events[-1] != "data: [DONE]":
        return f"{answer.status_code}, a stream that ends with {answer.text[-60:]!r}"
    client.pay(json.loads(events[-2].removeprefix("data: "))["usage"])
    return ""


async def leave(client: Client) -> str:
    """Leave a stream after some events, kindly or by a reset."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    body = json.dumps(client.asked(stream=True, max_tokens=2_000)).encode()
    writer.write(_head(LEAVES, len(body)) + body)
    got = b""
    for _ in range(client.dice.randrange(3)):
        got += await asyncio.wait_for(reader.read(4_096), PATIENCE)
    if client.dice.random() < 0.5:
        made: Any = writer.get_extra_info("socket")
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await _close(writer)
    return "" if not got or got.startswith(b"HTTP/1.1 200") else repr(got[:60])


async def refused(client: Client) -> str:
    """Ask for what has to be refused."""
    key, body, status = client.dice.choice(
        (
            ("sk-nobody", client.asked(), 401),
            (f"{BUILT_IN}-no-credit", client.asked(), 402),
            (f"{BUILT_IN}-over-limit", client.asked(), 429),
            (f"{BUILT_IN}-upstream-down", client.asked(), 500),
            (f"{BUILT_IN}-saturated", client.asked(), 503),
            (PAYS, client.asked(temperature=9), 400),
            (PAYS, client.asked(model="nothing"), 404),
            (PAYS, client.asked(messages=[{"role": "user", "content": "word " * 5_000}]), 400),
            (PAYS, client.asked(messages=[{"role": "user", "content": "x" * 1_100_000}]), 413),
            (PAYS, [], 400),
        )
    )
    answer = await client.post(body, key)
    if answer.status_code != status or "message" not in answer.json()["error"]:
        return f"{answer.status_code} {answer.text[:100]} instead of {status}"
    return ""


FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 503, "retry_after": 1},
    {"cut": {"event": 3, "how": "reset"}},
    {"cut": {"byte": 20, "how": "close"}},
    {"cut": {"byte": 40, "how": "end"}},
    {"stall": {"event": 2, "for": "300ms"}},
)


async def fault(client: Client) -> str:
    """Have something go wrong on purpose."""
    told = client.dice.choice(FAULTS)
    body = client.asked(stream=True)
    with contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError):
        answer = await client.post(body, LEAVES, **{"x-gonogo-script": json.dumps(told)})
        if answer.status_code != told.get("status", 200):
            return f"{answer.status_code} {answer.text[:100]} for {told}"
    return ""


NONSENSE = (
    b"nonsense\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n",
    b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 300 + b"\r\n",
    b"\x16\x03\x01\x02\x00",
)


async def rude(client: Client) -> str:
    """Send what is no request, or half of one, and leave."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    half = client.dice.random() < 0.3
    writer.write(_head(LEAVES, 1_000) + b"{" if half else client.dice.choice(NONSENSE))
    got = b"" if half else await asyncio.wait_for(reader.read(1_000), PATIENCE)
    await _close(writer)
    return "" if half or got.startswith(b"HTTP/1.1 4") else f"{got[:60]!r} for nonsense"


async def look(client: Client) -> str:
    """Read what anybody may read."""
    path = client.dice.choice(("/healthz", "/v1/models", "/openapi.json", "/nowhere"))
    answer = await client.http.get(path, headers={"authorization": f"Bearer {PAYS}"})
    due = 404 if path == "/nowhere" else 200
    return "" if answer.status_code == due else f"{answer.status_code} for {path}"


ACTS: tuple[tuple[Act, int], ...] = (
    (whole, 30), (stream, 25), (leave, 12), (refused, 15), (fault, 6), (rude, 8), (look, 4),
)  # fmt: skip
"""Each with its weight."""


async def act(client: Client) -> None:
    """Do one thing, and note what came of it."""
    (doing,) = client.dice.choices([one for one, _ in ACTS], [weight for _, weight in ACTS])
    try:
        wrong = await asyncio.wait_for(doing(client), 2 * PATIENCE)
    except (httpx.HTTPError, OSError, TimeoutError, ValueError, KeyError) as error:
        wrong = repr(error)
    name = doing.__name__
    client.done[name] = client.done.get(name, 0) + 1
    if wrong:
        client.wrong.append(f"{name}: {wrong}")


def _head(key: str, length: int) -> bytes:
    return (
        f"POST {CHAT} HTTP/1.1\r\nhost: mock\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    ).encode()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
