"""An end that is wished for, or that comes, is one: nothing waits for another."""

from __future__ import annotations

import asyncio

import pytest

from conformance.exchange import Ending, Request, Wire
from conformance.redaction import Secrets
from conformance.wire import Edge, Settings, socket
from tests.wire.scripted_server import HOLD, ScriptedServer
from tests.wire.test_endings import KEY, OK, chat, perform


def test_a_tunnel_that_nobody_asked_to_use_is_an_answer_and_ends() -> None:
    request = Request("ask", "CONNECT", "/", wire=Wire.SOCKET)
    got = perform(request, OK + b"Content-Length: 5\r\n\r\nhello")
    assert (got.ending, got.status, got.body) == (Ending.COMPLETE, 200, b"")


def test_a_cancellation_while_the_sender_ends_is_not_taken_for_the_senders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run() -> None:
        reached = asyncio.Event()

        async def slow(*given: object) -> None:
            # It takes a while to stop sending, as where the last bytes are still to be written.
            assert given
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                reached.set()
                await asyncio.sleep(0.01)
                raise

        monkeypatch.setattr(socket, "_send", slow)
        script = (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", HOLD)
        async with ScriptedServer(script) as server:
            monkeypatch.setattr("tests.wire.scripted_server._request", _nothing)
            async with Edge(Settings(server.url), Secrets({"valid": KEY})) as edge:
                task = asyncio.create_task(edge.perform(chat()))
                await reached.wait()
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled()

    asyncio.run(asyncio.wait_for(run(), 60))


async def _nothing(reader: asyncio.StreamReader) -> bytes:
    assert reader is not None
    return b""
