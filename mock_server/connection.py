"""A connection as the edge sees it: what is written to it, and whether the client is still there.

`Asgi` speaks through any ASGI server. The mock's own server hands out a connection of its own
(`mock_server.server.cycle`), which does the same with less. Knows no call.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
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


class Listening(ABC):
    """The half of a connection that hears the client leave, where the server must be asked for it.

    It asks in a task, from the first time that somebody wants to know.
    """

    def __init__(self) -> None:
        self.gone = False
        self._asking: asyncio.Task[None] | None = None
        self._act: Callable[[], None] | None = None

    @abstractmethod
    async def left(self) -> None:
        """Wait until the client has left."""

    async def breathe(self) -> None:
        """Let what was sent go out, and hear whether the client has left."""
        self._listen()
        await asyncio.sleep(0)

    def when_gone(self, act: Callable[[], None] | None) -> None:
        """Have a function called once the client leaves; None stops listening."""
        self._act = act
        if act is not None:
            self._listen()
        elif self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _listen(self) -> None:
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._until_gone())

    async def _until_gone(self) -> None:
        await self.left()
        self.gone = True
        if self._act is not None:
            self._act()


class Asgi(Listening):
    """A connection by ASGI alone."""

    def __init__(self, receive: Receive, send: Send) -> None:
        super().__init__()
        self._receive = receive
        self._send = send

    async def whole(self, reply: Reply) -> None:
        """Send an answer that is known whole."""
        if reply.events:
            await self.start(reply, None)
            await self.chunks(reply.events)
            await self.end()
            return
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

    async def left(self) -> None:
        """Wait until the client has left."""
        while (await self._receive())["type"] != "http.disconnect":
            continue


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
