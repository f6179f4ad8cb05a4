"""Beside: the mock on a thread of the caller's own process, for tests. Knows no command line."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from mock_server.app import App, build
from mock_server.server import AnnouncingServer, configured, listen
from mock_server.settings import Settings, SettingsError

START_SECONDS = 30.0
STOP_SECONDS = 10.0


@contextlib.contextmanager
def serving(settings: Settings | None = None) -> Iterator[str]:
    """Serve on a free loopback port and yield the base URL; stop at the end.

    Raises SettingsError when the settings cannot be served.
    """
    with running(build(settings or Settings())) as port:
        yield f"http://127.0.0.1:{port}/v1"


@contextlib.contextmanager
def running(app: App) -> Iterator[int]:
    """Serve a mock on a free loopback port and yield the port; stop at the end."""
    listening = listen("127.0.0.1", 0)
    ready = threading.Event()
    config = configured(app)
    server = AnnouncingServer(config, ready.set)

    def live() -> None:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listening]))

    thread = threading.Thread(target=live, name="gonogo-mock", daemon=True)
    thread.start()
    if not ready.wait(START_SECONDS) or not server.started:
        raise SettingsError("the mock did not start on its thread; see its log")
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)
        listening.close()
