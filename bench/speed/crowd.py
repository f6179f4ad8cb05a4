"""Many paced streams at once: each piece's deviation from its schedule, seen by the client.

Run as `python -m bench.speed.crowd PORT STREAMS RAMP GAP`, the request's body on standard input.
Streams begin evenly over RAMP seconds, and tokens are due every GAP seconds. Prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from bench.speed.reader import DONE, END
from bench.speed.server import PATH, headers


class Listener(asyncio.Protocol):
    """One stream."""

    def __init__(self, request: bytes) -> None:
        self.times: list[float] = []
        """When each event came."""
        self.whole = False
        self.asked = 0.0
        self.over = asyncio.get_running_loop().create_future()
        self._request = request
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self._transport: Any = transport
        self.asked = time.monotonic()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note when events came."""
        self.times += [time.monotonic()] * data.count(b"data: ")
        self._tail = (self._tail + data)[-64:]
        if self._tail.endswith(END):
            self.whole = DONE in self._tail
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Be done."""
        if not self.over.done():
            self.over.set_result(None)


async def main(port: int, streams: int, ramp: float, gap: float, asked: bytes) -> None:
    """Listen to all, and print what was heard."""
    lines = [f"POST {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers().items()]
    lines += [f"Content-Length: {len(asked)}", "", ""]
    request = "\r\n".join(lines).encode() + asked
    loop = asyncio.get_running_loop()
    began = time.monotonic()

    async def one(number: int) -> Listener:
        await asyncio.sleep(max(0.0, began + ramp * number / streams - time.monotonic()))
        _, listener = await loop.create_connection(lambda: Listener(request), "127.0.0.1", port)
        await listener.over
        return listener

    heard = await asyncio.gather(*map(one, range(streams)))
    # The role comes with the first token; the finish and the sentinel with the last.
    first = [one.times[1] - one.asked for one in heard if len(one.times) > 1]
    late = [
        at - one.times[1] - gap * place for one in heard for place, at in enumerate(one.times[1:-2])
    ]
    print(
        json.dumps(
            {
                "whole": sum(one.whole for one in heard),
                "events": sum(len(one.times) for one in heard),
                "first_ms": _spread(first),
                "late_ms": _spread([abs(each) for each in late]),
                "seconds": time.monotonic() - began,
            }
        )
    )


def _spread(seconds: list[float]) -> dict[str, float]:
    ranked = sorted(seconds) or [0.0]
    at = {"median": 0.5, "p99": 0.99, "most": 1.0}
    return {
        name: ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000
        for name, share in at.items()
    }


if __name__ == "__main__":
    port, streams, ramp, gap = sys.argv[1:]
    uvloop.run(main(int(port), int(streams), float(ramp), float(gap), sys.stdin.buffer.read()))
