"""A server that does what a script says, byte for byte. Knows little of HTTP.

async with ScriptedServer([b"HTTP/1.1 200 OK\\r\\n", Pause(0.1), RESET]) as server: ...
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Repeat:
    """Send the same bytes again and again; forever without a count."""

    data: bytes
    count: int | None = None
    pause: float = 0.0

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        while self.count is None or sent < self.count:
            yield self.data
            sent += 1


class _Mark:
    pass


RESET = _Mark()
"""Reset the connection (RST)."""
HOLD = _Mark()
"""Send nothing more until the client leaves."""
AGAIN = _Mark()
"""Read the next request on this connection and play the script from its start."""
DEAF = _Mark()
"""As the first step: do not read the request before playing."""

Step = bytes | Pause | Repeat | _Mark


class ScriptedServer:
    """Plays its script to every connection, and closes it at the end of the script."""

    def __init__(self, *scripts: Sequence[Step], tls: ssl.SSLContext | None = None) -> None:
        """Take one script for each connection in turn; the last one serves all others."""
        self._scripts = scripts
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.requests: list[bytes] = []
        self.connections = 0

    async def __aenter__(self) -> ScriptedServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A server that is closed between taking a connection and serving it leaves that open
        # (CPython 3.11): take no more, and let those that were taken come to be served.
        loop = asyncio.get_running_loop()
        for listening in self._server.sockets:
            loop.remove_reader(listening.fileno())
        for _ in range(10):
            await asyncio.sleep(0)
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # What nobody reads is never flushed, and a loop that stops first leaves a socket open.
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._writers.add(writer)
        script = self._scripts[min(self.connections, len(self._scripts) - 1)]
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._play(script, reader, writer)
        except asyncio.CancelledError:
            return
        finally:
            writer.transport.close()

    async def _play(
        self, script: Sequence[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if DEAF not in script:
            self.requests.append(await _request(reader))
        for step in script:
            match step:
                case bytes():
                    writer.write(step)
                    await writer.drain()
                case Pause():
                    await asyncio.sleep(step.seconds)
                case Repeat():
                    for data in step:
                        writer.write(data)
                        await writer.drain()
                        await asyncio.sleep(step.pause)
                case _ if step is RESET:
                    _reset(writer)
                    return
                case _ if step is HOLD:
                    await reader.read()
                case _ if step is AGAIN:
                    await self._play(script, reader, writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """Read a request: its head, and its body by Content-Length or to the last chunk."""
    head = await reader.readuntil(b"\r\n\r\n")
    if re.search(rb"(?i)expect: *100", head):
        return head
    if length := re.search(rb"(?i)\r\ncontent-length: *(\d+)", head):
        return head + await reader.readexactly(int(length[1]))
    if re.search(rb"(?i)transfer-encoding: *chunked", head):
        return head + await reader.readuntil(b"0\r\n\r\n")
    return head
