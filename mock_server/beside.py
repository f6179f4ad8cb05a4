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
    settings = settings or Settings()
    with running(build(settings)) as port:
        yield f"{settings.door.scheme}://127.0.0.1:{port}/v1"


@contextlib.contextmanager
def running(app: App) -> Iterator[int]:
    """Serve a mock on a free loopback port and yield the port; stop at the end."""
    beside = Beside(app)
    try:
        yield beside.port
    finally:
        beside.stop()
        beside.join()


class Beside:
    """A mock that serves on a thread from the moment it is made."""

    def __init__(self, app: App) -> None:
        """Serve on a free loopback port; raises SettingsError where that does not begin."""
        listening = listen("127.0.0.1", 0)
        ready = threading.Event()
        config = configured(app, app.edge.gateway.settings.door)
        server = AnnouncingServer(config, ready.set)

        def live() -> None:
            with listening, asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
                runner.run(server.serve(sockets=[listening]))

        self.port = int(listening.getsockname()[1])
        self._server = server
        self._thread = threading.Thread(target=live, name="gonogo-mock", daemon=True)
        self._thread.start()
        if not ready.wait(START_SECONDS) or not server.started:
            raise SettingsError("the mock did not start on its thread; see its log")

    def stop(self) -> None:
        """Tell it to stop, and do not wait until it has."""
        self._server.should_exit = True

    def join(self) -> None:
        """Wait until it has stopped."""
        self._thread.join(STOP_SECONDS)
