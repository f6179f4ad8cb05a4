"""One request on the mock's own server: uvicorn's cycle, which is also a connection of the edge.

What it adds costs less than ASGI's messages: a whole answer is one write, and nobody needs a task
to learn that the client has left. What is out of the ordinary goes through ASGI, as elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from mock_server.connection import Asgi
from mock_server.message import Lines, Reply

LAST_CHUNK = b"0\r\n\r\n"


class Cycle(RequestResponseCycle):
    """An exchange on a connection of `mock_server.server.protocol`."""

    _act: Callable[[], None] | None = None

    @property
    def gone(self) -> bool:
        """The client is known to have left."""
        return self.disconnected

    def when_gone(self, act: Callable[[], None] | None) -> None:
        """Have a function called once the client leaves; None stops listening."""
        self._act = act
        if act is not None and self.disconnected:
            act()

    def left(self) -> None:
        """Say that the client has left."""
        if self._act is not None:
            self._act()

    async def run_asgi(self, app: Any) -> None:
        """Answer, then let go of what holds this too, so that neither waits for the collector."""
        try:
            await super().run_asgi(app)
        finally:
            self.scope["extensions"] = {}

    async def answer(self, reply: Reply) -> None:
        """Answer with what is whole, and nothing else; then let go likewise."""
        try:
            await self.whole(reply)
        finally:
            self.scope["extensions"] = {}

    async def receive(self) -> Any:
        """Receive; ASGI. A body that came whole is handed over at once."""
        special = self.more_body or self.waiting_for_100_continue or self.disconnected
        if special or not self.body:
            return await super().receive()
        body, self.body = bytes(self.body), bytearray()
        self.message_event.clear()
        return {"type": "http.request", "body": body, "more_body": False}

    async def whole(self, reply: Reply) -> None:
        """Send an answer that is known whole."""
        if reply.length is None or not self._ordinary():
            await self._by_asgi().whole(reply)
            return
        self.response_started = True
        bodiless = self.scope["method"] == "HEAD"
        self.transport.write(written(reply, self.default_headers, bodiless=bodiless))
        self._complete()

    async def start(self, reply: Reply, length: int | None) -> None:
        """Send status and headers of an answer whose body follows, of a length known or not."""
        if length is not None or reply.length is None or not self._ordinary():
            await self._by_asgi().start(reply, length)
            return
        self.response_started = True
        self.chunked_encoding = True
        head = _head(reply, self.default_headers)
        self.transport.write(b"%btransfer-encoding: chunked\r\n\r\n" % head)

    async def chunks(self, chunks: Sequence[bytes]) -> None:
        """Send bytes, each as one chunk, all in one write."""
        if not self.chunked_encoding:
            await self._by_asgi().chunks(chunks)
        elif not self.disconnected:
            self.transport.write(_framed(chunks))

    async def end(self) -> None:
        """End the body."""
        if not self.chunked_encoding or self.disconnected or not self.keep_alive:
            await self._by_asgi().end()
            return
        self.transport.write(LAST_CHUNK)
        self._complete()

    async def breathe(self) -> None:
        """Let what was sent go out, and hear whether the client has left."""
        await asyncio.sleep(0)
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()

    def _by_asgi(self) -> Asgi:
        send: Any = self.send
        return Asgi(self.receive, send)

    def _ordinary(self) -> bool:
        started = self.response_started or self.disconnected
        # To a client that does not read, ASGI's way waits until it does.
        return not started and self.keep_alive and not self.flow.write_paused

    def _complete(self) -> None:
        self.response_complete = True
        self.message_event.set()
        self.on_response()


def written(
    reply: Reply, others: Sequence[tuple[bytes, bytes]], *, bodiless: bool = False
) -> bytes:
    """Return the bytes of a whole answer; `others` are headers that the server adds."""
    if reply.events:
        return b"%btransfer-encoding: chunked\r\n\r\n%b%b" % (
            _head(reply, others),
            _framed(reply.events),
            LAST_CHUNK,
        )
    length = len(reply.body)
    body = b"" if bodiless else reply.body
    return b"%bcontent-length: %d\r\n\r\n%b" % (_head(reply, others), length, body)


def _framed(chunks: Sequence[bytes]) -> bytes:
    frames = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks]
    return frames[0] if len(frames) == 1 else b"".join(frames)


def _head(reply: Reply, others: Sequence[tuple[bytes, bytes]]) -> bytes:
    if type(reply.headers) is Lines:
        return STATUS_LINE[reply.status] + _added(others) + reply.headers.raw
    lines = "".join([f"{name}: {value}\r\n" for name, value in reply.headers.items()])
    if lines.count("\n") != len(reply.headers) or lines.count("\r") != len(reply.headers):
        raise RuntimeError("a header holds a line end")
    return STATUS_LINE[reply.status] + _added(others) + lines.encode("latin-1")


def _added(others: Sequence[tuple[bytes, bytes]]) -> bytes:
    # The server makes the list anew each second, and hands out the same one until then.
    known, lines = _LAST[0]
    if others is not known:
        lines = b"".join([b"%b: %b\r\n" % pair for pair in others])
        _LAST[0] = others, lines
    return lines


_LAST: list[tuple[object, bytes]] = [(None, b"")]
"""One, replaced as a whole, so that threads do no harm."""
