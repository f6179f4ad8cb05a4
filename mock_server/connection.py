"""A connection as the edge sees it: what is written to it, and whether the client is still there.

`Asgi` speaks through any ASGI server. The mock's own server hands out a connection of its own
(`mock_server.server.cycle`), which does the same with less. Knows no call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from types import TracebackType
from typing import Any, Protocol

from mock_server.message import Reply

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TRANSPORT = "gonogo.transport"
"""Extension of the ASGI scope: what is below HTTP, for behaviour there."""
CONNECTION = "gonogo.connection"
"""Extension of the ASGI scope: the connection, where the server has one of its own."""


class GoneError(Exception):
    """The client closed the connection before it was answered."""


class Connection(Protocol):
    """Where an answer goes."""

    @property
    def gone(self) -> bool:
        """The client is known to have left."""

    async def whole(self, reply: Reply) -> None:
        """Send an answer that is known whole."""

    async def start(self, reply: Reply, length: int | None) -> None:
        """Send status and headers of an answer whose body follows, of a length known or not."""

    async def chunks(self, chunks: Sequence[bytes]) -> None:
        """Send bytes, each as one chunk; none is empty."""

    async def end(self) -> None:
        """End the body."""

    async def breathe(self) -> None:
        """Let what was sent go out, and hear whether the client has left."""

    def when_gone(self, act: Callable[[], None] | None) -> None:
        """Have a function called once the client leaves; None stops listening."""


class Asgi:
    """A connection by ASGI alone, which tells that the client has left only to one who asks."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.gone = False
        self._receive = receive
        self._send = send
        self._listening: asyncio.Task[None] | None = None
        self._act: Callable[[], None] | None = None

    async def whole(self, reply: Reply) -> None:
        """Send an answer that is known whole."""
        await self.start(reply, reply.length)
        await self._send({"type": "http.response.body", "body": reply.body})

    async def start(self, reply: Reply, length: int | None) -> None:
        """Send status and headers of an answer whose body follows, of a length known or not."""
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in reply.headers.items()
        ]
        if length is not None:
            headers.append((b"content-length", b"%d" % length))
        await self._send(
            {"type": "http.response.start", "status": reply.status, "headers": headers}
        )

    async def chunks(self, chunks: Sequence[bytes]) -> None:
        """Send bytes, each as one chunk."""
        for chunk in chunks:
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def end(self) -> None:
        """End the body."""
        await self._send({"type": "http.response.body", "body": b""})

    async def breathe(self) -> None:
        """Let what was sent go out, and hear whether the client has left."""
        self._listen()
        await asyncio.sleep(0)

    def when_gone(self, act: Callable[[], None] | None) -> None:
        """Have a function called once the client leaves; None stops listening."""
        self._act = act
        if act is not None:
            self._listen()
        elif self._listening is not None:
            self._listening.cancel()
            self._listening = None

    def _listen(self) -> None:
        if self._listening is None:
            self._listening = asyncio.ensure_future(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        self.gone = True
        if self._act is not None:
            self._act()


async def on_a_task() -> None:
    """Go on in a task: the mock's own server begins a call without one, which few things bear."""
    if asyncio.current_task() is None:
        await asyncio.sleep(0)


class Watch:
    """While open, a client that closes the connection stops the block, quietly."""

    def __init__(self, connection: Connection) -> None:
        self.gone = False
        """The client left before the block was done."""
        self._connection = connection
        self._task: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Watch:
        await on_a_task()
        self._task = asyncio.current_task()
        self._connection.when_gone(self._left)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> bool:
        assert self._task is not None
        self._connection.when_gone(None)
        if self.gone:
            self._task.uncancel()
        return self.gone and kind is asyncio.CancelledError

    def _left(self) -> None:
        self.gone = True
        assert self._task is not None
        self._task.cancel()
