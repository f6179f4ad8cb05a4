"""granian instead of uvicorn: quicker, since it reads and writes in threads that are not Python's.

It hands out nothing below HTTP, so what behaves there cannot be served by it. The only file that
knows granian.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from uvicorn.loops.auto import auto_loop_factory

from mock_server.app import App
from mock_server.scripts.reaching import below
from mock_server.server import lasting
from mock_server.server.rsgi import Rsgi
from mock_server.settings import Settings, SettingsError

BACKLOG = 2048


def run(settings: Settings, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve on a socket until the process is told to stop; `ready` is called once it answers.

    Raises SettingsError for behaviour that granian has no room for.
    """
    app = lasting(settings)
    lies = [one.name for one in app.edge.gateway.behaviour.chosen if one.below]
    if lies:
        raise SettingsError(
            f"--runner granian cannot serve {lies[0]}, which reaches below HTTP; "
            "use --runner uvicorn, the default"
        )
    stage = app.edge.gateway.stage
    stage.reaches = False
    if (script := stage.current(app.edge.clock())) is not None and (step := below(script)):
        raise SettingsError(
            f"--runner granian cannot play the script: {step}, which reaches below HTTP; "
            "use --runner uvicorn, the default"
        )
    with asyncio.Runner(loop_factory=auto_loop_factory(use_subprocess=False)) as runner:
        runner.run(_serve(app, listening, ready))


async def _serve(app: App, listening: socket.socket, ready: Callable[[], None]) -> None:
    server = Announcing(app, listening, ready)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    try:
        await server.serve()
    finally:
        await app.aclose()


class Announcing(Server):
    """A server on a socket that is there already, which says when it answers."""

    def __init__(self, app: App, listening: socket.socket, ready: Callable[[], None]) -> None:
        super().__init__(
            Rsgi(app),
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            log_enabled=False,
        )
        # Accepted sockets take this over: the second event does not wait until the first is heard.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._listening = listening
        self._ready = ready

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start answering, then say so; who connects earlier waits at the socket."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        asyncio.get_running_loop().call_soon(self._ready)

    def _init_shared_socket(self) -> None:
        holder: Any = SocketHolder
        self._ssp = None
        self._shd = holder(os.dup(self._listening.fileno()), False, BACKLOG)
