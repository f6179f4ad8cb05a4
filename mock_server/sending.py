"""What goes over a connection: bodies in, replies and streams out. Knows no completion."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing

from mock_server.call import Call
from mock_server.connection import TRANSPORT, Connection, GoneError, Message, Receive
from mock_server.message import Incoming, Reply
from mock_server.seams import HangUp, Pause, Raw, Write
from mock_server.waiting import Waits

FLUSHED = 8
"""Events after which an engine that never waits lets the loop go. It must neither hold its first
event back nor keep a leaving client from being seen; eight events later is soon enough."""

_RESET = struct.pack("ii", 1, 0)


async def read(incoming: Incoming, limit: int, receive: Receive) -> bytes | None:
    """Return the body of a request, or None if it is larger than `limit` bytes.

    A body that says so itself is not read at all. Raises GoneError if the client leaves.
    """
    length = incoming.header("content-length")
    if length is not None and length.isdecimal() and int(length) > limit:
        return None
    message = await receive()
    if whole(message, length):
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


def whole(message: Message, length: str | None) -> bool:
    """Tell whether a message holds all of a body, which may have told its length."""
    if message["type"] != "http.request":
        return False
    # Some servers say only afterwards that nothing more will come.
    return not message.get("more_body") or length == str(len(message.get("body", b"")))


class Sender:
    """Sends one answer."""

    def __init__(self, scope: Message, connection: Connection, call: Call, waits: Waits) -> None:
        self.started = False
        """The head has been sent; nothing else can be answered any more."""
        self.connection = connection
        self._call = call
        self._waits = waits
        self._scope = scope
        self._cut = False

    async def whole(self, reply: Reply) -> None:
        """Send an answer that is known whole."""
        call = self._call
        touched = call.behaviour.touches_writes or call.schedule is not None
        if touched and call.incoming.method != "HEAD":
            await self.head(reply, reply.length)
            await self.stream(call.behaviour.writes(_once(reply.body), call))
            await self.end()
            return
        self.started = True
        await self.connection.whole(reply)

    async def head(self, reply: Reply, length: int | None = None) -> None:
        """Send the head of an answer whose body follows, of a length known or not."""
        if self._call.schedule is not None:
            await self._waits.until(self._call, self._call.schedule.pace.first_byte)
        if self._call.trace is not None:
            self._call.trace.headers = reply.headers
        self.started = True
        await self.connection.start(reply, length)

    async def rush(self, events: Iterator[bytes]) -> bool:
        """Send events that are made without waiting; False if the client left before the end."""
        connection = self.connection
        ready: list[bytes] = []
        enough = 1
        for event in events:
            ready.append(event)
            if len(ready) < enough:
                continue
            await connection.chunks(ready)
            await connection.breathe()
            if connection.gone:
                return False
            ready, enough = [], FLUSHED
        if ready:
            await connection.chunks(ready)
        return True

    async def pace(self, events: Iterator[bytes]) -> None:
        """Send events that are made without waiting, when they are due."""
        await self._waits.flat(events, self._call, self.connection.chunks)

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
                    await self.connection.chunks((write,))
                    if sent % FLUSHED == 0:
                        await asyncio.sleep(0)
                    sent += 1
                case Raw(data):
                    self._transport().write(data)
                case HangUp(reset):
                    self._hang_up(reset)
                    return
                case Pause():
                    raise RuntimeError("a pause needs a pace to stand in")

    async def end(self) -> None:
        """End the body, unless the connection has ended already."""
        if not self._cut:
            await self.connection.end()

    def _hang_up(self, reset: bool) -> None:
        self._cut = True
        transport = self._transport()
        if reset:
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
        else:
            transport.close()

    def _transport(self) -> asyncio.Transport:
        transport: asyncio.Transport | None = self._scope.get("extensions", {}).get(TRANSPORT)
        if transport is None:
            raise RuntimeError("behaviour below HTTP needs the mock's own server")
        return transport


async def _once(body: bytes) -> AsyncGenerator[bytes]:
    yield body
