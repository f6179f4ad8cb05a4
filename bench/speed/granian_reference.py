"""An application on granian that does nothing: what granian alone costs an answer.

Run as `python -m bench.speed.granian_reference`; prints the port, then serves until it is stopped.
It speaks granian's own interface, reads the body, and answers the constants of `references`.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

import uvloop
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from bench.speed.references import STREAM, WHOLE

BACKLOG = 2_048
JSON = [("content-type", "application/json"), ("content-length", str(len(WHOLE)))]
EVENTS = [("content-type", "text/event-stream; charset=utf-8")]


class Constant:
    """The application."""

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        del scope
        body: bytes = await protocol()
        if b'"stream": true' not in body:
            protocol.response_bytes(200, JSON, WHOLE)
            return
        stream = protocol.response_stream(200, EVENTS)
        for event in STREAM:
            await stream.send_bytes(event)


class On(Server):
    """A server on a socket that is there already."""

    def __init__(self, listening: socket.socket) -> None:
        super().__init__(
            Constant(),
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            log_enabled=False,
        )
        self._listening = listening

    def _init_shared_socket(self) -> None:
        holder: Any = SocketHolder
        self._ssp = None
        self._shd = holder(os.dup(self._listening.fileno()), False, BACKLOG)


async def main() -> None:
    """Serve on a free port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(BACKLOG)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print(listening.getsockname()[1], flush=True)
        await On(listening).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
