"""A mock for granian's own interface, RSGI: less is handed back and forth than by ASGI.

What is answered at once is one call; the rest goes the usual way, with a connection that speaks
RSGI. Knows no granian: it is handed objects that behave as its interface says.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from mock_server.app import App
from mock_server.connection import CONNECTION, Listening, Message
from mock_server.door import FAREWELL
from mock_server.message import Headers, Reply

Protocol = Any
"""granian's `HTTPProtocol`."""
Scope = Any
"""granian's `Scope`."""


class Rsgi:
    """A mock as granian calls it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._short_ways = {path.decode(): path for path in app.edge.short_ways}

    async def __rsgi__(self, scope: Scope, protocol: Protocol) -> None:
        """Answer one request."""
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in scope.headers.items()
        ]
        exchange = Exchange(protocol)
        path = self._short_ways.get(scope.path)
        call = None
        if path is not None and scope.method == "POST":
            length = scope.headers.get("content-length", "")
            head = self._app.edge.head(path, headers, length)
            if head is not None:
                body = await protocol()
                edge = self._app.edge
                found = edge.at_once(head, body) or await edge.later(head, body)
                if found is not None and found[1] is not None:
                    await exchange.whole(found[1])
                    return
                call = found[0] if found is not None else None
                exchange.read = body
        asked = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": scope.http_version,
            "method": scope.method,
            "scheme": scope.scheme,
            "path": scope.path,
            "raw_path": scope.path.encode(),
            "query_string": scope.query_string.encode("latin-1"),
            "root_path": "",
            "headers": headers,
            "server": None,
            "client": None,
            "extensions": {CONNECTION: exchange},
        }
        try:
            if call is not None:
                await self._app.edge.go_on(call, asked, exchange.receive, exchange.send)
            else:
                await self._app(asked, exchange.receive, exchange.send)
        finally:
            exchange.when_gone(None)
        await exchange.drain()


class Exchange(Listening):
    """One request: a connection of the edge, and ASGI for whoever knows only that."""

    def __init__(self, protocol: Protocol) -> None:
        super().__init__()
        self.read: bytes | None = None
        """The body, where it was read before its turn."""
        self._protocol = protocol
        self._parts: AsyncIterator[bytes] | None = None
        self._over = False
        self._reply: Reply | None = None
        self._stream: Any = None

    async def whole(self, reply: Reply) -> None:
        """Send an answer that is known whole."""
        headers = list(reply.headers.items())
        if reply.length is not None:
            headers.append(("content-length", str(reply.length)))
        self._protocol.response_bytes(reply.status, headers, reply.body)

    async def start(self, reply: Reply, length: int | None) -> None:
        """Send status and headers of an answer whose body follows, of a length known or not."""
        headers = list(reply.headers.items())
        if length is not None:
            headers.append(("content-length", str(length)))
        self._stream = self._protocol.response_stream(reply.status, headers)

    async def chunks(self, chunks: Sequence[bytes]) -> None:
        """Send bytes, each as one chunk."""
        for chunk in chunks:
            await self._stream.send_bytes(chunk)

    async def end(self) -> None:
        """End the body; that of a stream ends when its request is done."""
        self._stream = None

    async def receive(self) -> Message:
        """Receive; ASGI."""
        if self.read is not None:
            body, self.read, self._over = self.read, None, True
            return {"type": "http.request", "body": body, "more_body": False}
        if self._over:
            await self._protocol.client_disconnect()
            return {"type": "http.disconnect"}
        if self._parts is None:
            self._parts = aiter(self._protocol)
        try:
            # Not `anext` with a default: granian's iterator does not survive that.
            part = await self._parts.__anext__()
        except StopAsyncIteration:
            self._over, part = True, b""
        return {"type": "http.request", "body": part, "more_body": not self._over}

    async def send(self, message: Message) -> None:
        """Send; ASGI."""
        if message["type"] == "http.response.start":
            self._reply = Reply(message["status"], b"", dict(Headers(message["headers"])))
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._reply is not None:
            reply, self._reply = self._reply, None
            if not more:
                self._protocol.response_bytes(reply.status, list(reply.headers.items()), body)
                return
            await self.start(reply, None)
        if body:
            await self.chunks((body,))

    async def drain(self) -> None:
        """Throw away what still comes of a body, for a while, so that the answer is read.

        A connection that is closed upon unread bytes takes its last answer with it.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                while not self._over:
                    await self.receive()

    async def left(self) -> None:
        """Wait until the client has left."""
        await self._protocol.client_disconnect()
