"""Reads streams as fast as one thread can, and looks that each is whole.

Run as `python -m bench.speed.reader PORT SECONDS` with the request's body on standard input; prints
streams, events, broken streams, seconds, and the median milliseconds to the first event.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from typing import Any

import uvloop

from bench.speed.load import CONNECTIONS
from bench.speed.server import PATH, headers

DONE = b"data: [DONE]\n\n"
END = b"0\r\n\r\n"


class Reader(asyncio.Protocol):
    """One connection, which asks again as soon as a stream has ended."""

    def __init__(self, request: bytes, until: float) -> None:
        self.streams = self.events = self.broken = 0
        self.firsts: list[float] = []
        self.over = asyncio.get_running_loop().create_future()
        self._request = request
        self._until = until
        self._got: list[bytes] = []
        self._asked = 0.0
        self._waiting = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first stream."""
        self._transport: Any = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Take what came; the last bytes of a chunked body tell that it has ended."""
        self._got.append(data)
        if self._waiting and b"data: " in data:
            self._waiting = False
            self.firsts.append(time.perf_counter() - self._asked)
        # The end may come in parts, the last of which is then shorter than it.
        tail = data if len(data) >= len(END) else b"".join(self._got[-3:])
        if not tail.endswith(END):
            return
        stream = b"".join(self._got)
        self.streams += 1
        self.events += stream.count(b"data: ")
        self.broken += DONE not in stream[-64:] or not stream.startswith(b"HTTP/1.1 200")
        if time.perf_counter() > self._until:
            self._transport.close()
        else:
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        """Be done; a connection that ended early leaves a broken stream."""
        if time.perf_counter() <= self._until:
            self.broken += 1
        if not self.over.done():
            self.over.set_result(None)

    def _ask(self) -> None:
        self._got = []
        self._waiting = True
        self._asked = time.perf_counter()
        self._transport.write(self._request)


async def main(port: int, seconds: float, asked: bytes) -> None:
    """Load a server and print what came."""
    lines = [f"POST {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/event-stream"]
    lines += [f"{name}: {value}" for name, value in headers().items()]
    lines += [f"Content-Length: {len(asked)}", "", ""]
    request = "\r\n".join(lines).encode() + asked
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    readers = [
        (await loop.create_connection(lambda: Reader(request, began + seconds), "127.0.0.1", port))[
            1
        ]
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(reader.over for reader in readers))
    took = time.perf_counter() - began
    firsts = [first for reader in readers for first in reader.firsts]
    print(
        sum(reader.streams for reader in readers),
        sum(reader.events for reader in readers),
        sum(reader.broken for reader in readers),
        took,
        statistics.median(firsts) * 1000 if firsts else 0,
    )


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]), sys.stdin.buffer.read()))
