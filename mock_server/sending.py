"""What goes over an ASGI connection: bodies in, replies and streams out. Knows no completion."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from types import TracebackType
from typing import Any

from mock_server.call import Call
from mock_server.message import Incoming, Reply
from mock_server.seams import HangUp, Pause, Raw, Write
from mock_server.waiting import Waits

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TRANSPORT = "gonogo.transport"
"""Extension of the ASGI scope: the connection itself, for behaviour below HTTP."""

_RESET = struct.pack("ii", 1, 0)


class GoneError(Exception):
    """The client closed the connection before it was answered."""


async def read(incoming: Incoming, limit: int, receive: Receive) -> bytes | None:
    """Return the body of a request, or None if it is larger than `limit` bytes.

    A body that says so itself is not read at all. Raises GoneError if the client leaves.
    """
    length = incoming.header("content-length")
    if length is not None and length.isdecimal() and int(length) > limit:
        return None
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body if len(body) <= limit else None
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] != "http.request":
            raise GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return None
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


class Watch:
    """While open, a client that closes the connection stops the block, quietly."""

    def __init__(self, receive: Receive) -> None:
        self.gone = False
        """The client left before the block was done."""
        self._receive = receive
        self._task: asyncio.Task[Any] | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Watch:
        self._task = asyncio.current_task()
        self._watcher = asyncio.ensure_future(self._until_gone())
        self._watcher.add_done_callback(self._left)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> bool:
        assert self._watcher is not None
        assert self._task is not None
        self._watcher.remove_done_callback(self._left)
        self._watcher.cancel()
        if self.gone:
            self._task.uncancel()
        return self.gone and kind is asyncio.CancelledError

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue

    def _left(self, watcher: asyncio.Task[None]) -> None:
        if not watcher.cancelled():
            self.gone = True
            assert self._task is not None
            self._task.cancel()


class Sender:
    """Sends one answer."""

    def __init__(self, scope: Message, send: Send, call: Call, waits: Waits) -> None:
        self.started = False
        """The head has been sent; nothing else can be answered any more."""
        self._send = send
        self._call = call
        self._waits = waits
        self._transport = scope.get("extensions", {}).get(TRANSPORT)
        self._cut = False

    async def whole(self, reply: Reply) -> None:
        """Send an answer that is known whole."""
        headers = _encoded(reply)
        told = reply.headers.keys() & {"content-length", "transfer-encoding"}
        if not told and reply.status != 204:
            headers.append((b"content-length", b"%d" % len(reply.body)))
        await self._start(reply.status, headers)
        touched = self._call.behaviour.touches_writes or self._call.schedule is not None
        if touched and self._call.incoming.method != "HEAD":
            await self.stream(self._call.behaviour.writes(_once(reply.body), self._call))
            await self.end()
        else:
            await self._send({"type": "http.response.body", "body": reply.body})

    async def head(self, reply: Reply) -> None:
        """Send the head of a stream."""
        await self._start(reply.status, _encoded(reply))

    async def stream(self, writes: AsyncGenerator[Write]) -> None:
        """Send writes when they are due, each as one chunk, until they end or hang up."""
        if self._call.schedule is None:
            await self._each(writes)
        else:
            async with aclosing(self._waits.paced(writes, self._call)) as paced:
                await self._each(paced)

    async def _each(self, writes: AsyncIterator[Write]) -> None:
        sent = 0
        async for write in writes:
            match write:
                case bytes():
                    await self._send(
                        {"type": "http.response.body", "body": write, "more_body": True}
                    )
                    # An engine that never waits must neither hold its first event back nor keep
                    # a leaving client from being seen; eight events later is soon enough.
                    if sent % 8 == 0:
                        await asyncio.sleep(0)
                    sent += 1
                case Raw(data):
                    self._connection().write(data)
                case HangUp(reset):
                    self._hang_up(reset)
                    return
                case Pause():
                    raise RuntimeError("a pause needs a pace to stand in")

    async def end(self) -> None:
        """End the body, unless the connection has ended already."""
        if not self._cut:
            await self._send({"type": "http.response.body", "body": b""})

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        if self._call.schedule is not None:
            await self._waits.until(self._call, self._call.schedule.pace.first_byte)
        self.started = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    def _hang_up(self, reset: bool) -> None:
        self._cut = True
        transport = self._connection()
        if reset:
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
        else:
            transport.close()

    def _connection(self) -> asyncio.Transport:
        if self._transport is None:
            raise RuntimeError("behaviour below HTTP needs the mock's own server")
        transport: asyncio.Transport = self._transport
        return transport


def _encoded(reply: Reply) -> list[tuple[bytes, bytes]]:
    return [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()
    ]


async def _once(body: bytes) -> AsyncGenerator[bytes]:
    yield body
