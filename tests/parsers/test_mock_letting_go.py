"""What answered a request is gone with it: nobody has to look for it among the garbage."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest
from uvicorn.server import ServerState

from mock_server.server.protocol import Protocol
from tests.mock_server.driving import LOOP
from tests.parsers.test_mock_http import CHUNKED, CONFIG, MODELS, Wire


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def answered(request: bytes) -> tuple[bytes, list[weakref.ref[object]]]:
    state, wire = ServerState(), Wire()
    connection = Protocol(config=CONFIG, server_state=state, app_state={})
    connection.connection_made(wire)
    connection.data_received(request)
    while state.tasks:
        await asyncio.wait(state.tasks, timeout=10)
        await asyncio.sleep(0)
    held = [weakref.ref(connection), weakref.ref(connection.cycle)]
    connection.connection_lost(None)
    return bytes(wire.written), held


@pytest.mark.parametrize(
    "request_bytes",
    [
        MODELS, CHUNKED, MODELS.replace(b"models", b"nothing"), MODELS.replace(b"GET", b"OPTIONS"),
        MODELS.replace(b"sk-aig-mock", b"sk-aig-nobody"), CHUNKED.replace(b"messages", b"massages"),
        CHUNKED.replace(b"chat/completions", b"completions"), CHUNKED.replace(b"hi", b"\xff\xff"),
    ],
)  # fmt: skip
def test_a_connection_and_its_last_request_are_let_go(request_bytes: bytes) -> None:
    LOOP.run_until_complete(answered(request_bytes))  # What is made once may stay.
    written, held = LOOP.run_until_complete(answered(request_bytes))
    assert written.startswith(b"HTTP/1.1 ")
    assert [one() for one in held] == [None, None]
