"""Drives a server's protocol with bytes, in this process and without a socket.

What is left is what Python does for a request, which no other process can trouble much.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import uvicorn

from bench.speed.references import bare, raw
from bench.speed.server import PATH, body, headers
from mock_server.app import build
from mock_server.server import configured
from mock_server.settings import Settings

APPLICATIONS: dict[str, Callable[[], uvicorn.Config]] = {
    "bare": lambda: _config(bare),
    "raw": lambda: _config(raw),
    "mock": lambda: configured(build(Settings())),
}


class Wire:
    """A transport that only counts what is written."""

    def __init__(self) -> None:
        self.size = 0
        self.last = b""

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self.size += len(data)
        self.last = data

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Tell nothing."""
        del name
        return default

    def is_closing(self) -> bool:
        """Stay open."""
        return False

    def close(self) -> None:
        """Stay open."""


class Driver:
    """One connection to an application."""

    def __init__(self, name: str) -> None:
        from uvicorn.server import ServerState

        config = APPLICATIONS[name]()
        config.load()
        self._state = ServerState()
        protocol: Any = config.http_protocol_class
        self._protocol = protocol(config=config, server_state=self._state, app_state={})
        self.wire = Wire()
        self._protocol.connection_made(self.wire)

    async def ask(self, request: bytes) -> None:
        """Send one request and let the loop run until it is answered."""
        before = self._state.total_requests
        self._protocol.data_received(request)
        while self._state.total_requests == before:  # noqa: ASYNC110 - it measures the loop too
            await asyncio.sleep(0)


def request(**wishes: Any) -> bytes:
    """Return a request as bytes; `wishes` as for `bench.speed.server.body`."""
    asked = body(**wishes)
    lines = [f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1:8080"]
    lines += [f"{name}: {value}" for name, value in headers().items()]
    lines += [f"Content-Length: {len(asked)}", "", ""]
    return "\r\n".join(lines).encode() + asked


async def timed(driver: Driver, requests: list[bytes]) -> float:
    """Return processor microseconds a request."""
    before = time.process_time()
    for one in requests:
        await driver.ask(one)
    return (time.process_time() - before) / len(requests) * 1e6


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
    )
