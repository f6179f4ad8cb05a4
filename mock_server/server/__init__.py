"""A server for the mock: uvicorn on a socket of our own. Knows no route."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import uvicorn

from mock_server.app import App, build
from mock_server.door import Door
from mock_server.server.protocol import Protocol
from mock_server.settings import Settings, SettingsError
from mock_server.text import dumps

if TYPE_CHECKING:
    from mock_server.recording.proxy import Said

GRACE = 5
"""Seconds that streams in flight may take to finish when the mock is told to stop."""


def listen(host: str, port: int, *, shares: bool = False, listens: bool = True) -> socket.socket:
    """Return a listening socket; raises SettingsError, in one sentence, if it cannot listen.

    Several that have the same port are had where each `shares` it; one that does not listen keeps
    it for them.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shares:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind((host, port))
        if listens:
            listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"cannot listen on {host} port {port}: {reason}; choose another with --host or --port "
            "(--port 0 takes any free one)"
        ) from None
    return listening


def run(settings: Settings, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve on a socket until the process is told to stop; `ready` is called once it answers."""
    config = configured(lasting(settings), settings.door)
    server = AnnouncingServer(config, ready)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listening]))


def lasting(settings: Settings) -> App:
    """Put together a mock that lives as long as its process."""
    app = build(settings)
    # What was made so far stays, and of what is made from now on hardly anything goes in circles:
    # nobody need look again and again whether it is garbage. Few at a time are looked at, since no
    # stream goes on meanwhile.
    gc.freeze()
    gc.set_threshold(3_000, 5, 200)
    return app


def configured(
    app: App | Callable[[], App], door: Door | None = None, **more: Any
) -> uvicorn.Config:
    """Return how uvicorn serves a mock; with `factory=True` among `more`, one yet to be made.

    Of the door only the certificate counts here; what it bounds, a connection asks the mock.
    """
    door = door or Door()
    return uvicorn.Config(
        app,
        ssl_certfile=door.certificate,
        ssl_keyfile=door.private_key,
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        backlog=2048,
        **more,
    )


def ready_line(url: str, port: int, key: str, token: str, workers: Sequence[int] = ()) -> str:
    """Return what `--ready-json` prints: all a program needs to use this mock.

    `workers` are the ids of the processes that answer, where they are not this one.
    """
    line = {
        "base_url": f"{url}/v1",
        "api_key": key,
        "port": port,
        "pid": os.getpid(),
        "control_url": f"{url}/__gonogo__/",
        "control_token": token,
        "inspector_url": f"{url}/__gonogo__/#{token}",
        **({"workers": workers} if workers else {}),
    }
    return dumps(line).decode()


class AnnouncingServer(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start answering, then say so."""
        await super().startup(sockets)
        if not self.should_exit:
            self._ready()


def run_proxy(
    listening: socket.socket,
    url: str,
    keep: Callable[[Said], object],
    complain: Callable[[str], None],
    key: str | None,
    seconds: float,
    ready: Callable[[], None],
) -> None:
    """Stand in front of another gateway until the process is told to stop."""
    from mock_server.outgoing import Upstream
    from mock_server.recording.proxy import Proxy

    async def serve() -> None:
        proxy = Proxy(Upstream(seconds), url, keep=keep, complain=complain, key=key)
        await AnnouncingServer(plain(proxy), ready).serve(sockets=[listening])

    config = plain(None)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve())


def plain(app: Any) -> uvicorn.Config:
    """Return how uvicorn serves an application that is no mock."""
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
