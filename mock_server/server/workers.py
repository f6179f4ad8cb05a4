"""Workers: several processes on one port, and the one that watches them. Knows no state.

The watching process keeps the port; each worker builds a mock of its own from the same settings,
and shares with the others what the state of the settings shares. Where the kernel spreads
connections over sockets, each worker has one of its own: of one socket that all accept from, the
first to wake takes every connection that is there, and one worker ends up with nearly all.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from socket import socket
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from mock_server.app import App
from mock_server.server import GRACE, configured, lasting, listen
from mock_server.settings import Settings, SettingsError

START_SECONDS = 60.0
"""How long a worker may take until it answers."""
PULSE_SECONDS = 30
"""How long a worker may be too busy to say that it lives; a busy machine is no dead one."""

SPREADS = sys.platform == "linux"
"""The kernel spreads connections over sockets that share a port; elsewhere the last gets all."""

Ready = Callable[[list[int]], None]


def run(settings: Settings, listening: socket, workers: int, ready: Ready) -> None:
    """Serve by several processes until told to stop; `ready` gets their ids once all answer.

    They listen where `listening` does, which is closed if each has a socket of its own.

    Raises SettingsError where they cannot serve what the settings say.
    """
    app = functools.partial(_app, settings, os.getpid())
    config = configured(
        app,
        settings.door,
        factory=True,
        workers=workers,
        timeout_worker_healthcheck=PULSE_SECONDS,
    )
    with Reserved(listening) if SPREADS else listening as shared:
        watch = Watch(config, shared, ready)
        watch.run()
    if watch.failed:
        raise SettingsError("the workers did not start; the first of them has said why")


class Reserved:
    """A port, kept for processes that share it: in each it is sent to, a socket that listens."""

    def __init__(self, listening: socket) -> None:
        host, port = listening.getsockname()[:2]
        self._address = host, port
        # Only now: where somebody else listens already, this would not be told.
        listening.close()
        self._kept = listen(host, port, shares=True, listens=False)

    def __enter__(self) -> Reserved:
        """Keep it."""
        return self

    def __exit__(self, *error: object) -> None:
        """Give it away."""
        self._kept.close()

    def __reduce__(self) -> Any:
        """Become a socket where this is unpacked."""
        return functools.partial(listen, *self._address, shares=True), ()


class Watch(Multiprocess):
    """Starts workers, replaces those that die, and stops them all when it is told to stop."""

    def __init__(self, config: uvicorn.Config, listening: Any, ready: Ready) -> None:
        """`listening` is a socket wherever a process is handed it."""
        super().__init__(config, [listening])
        self.failed = False
        """A worker ended before it answered."""
        self._ready = ready

    def init_processes(self) -> None:
        """Start the first worker and, if it could start, the others; then say that all answer."""
        if self._started(self._begin(1)) and self._started(self._begin(self.processes_num - 1)):
            self._ready([process.pid for process in self.processes if process.pid])

    def join_all(self) -> None:
        """Wait for the workers, and end those that take longer than their streams may."""
        for process in self.processes:
            process.process.join(GRACE + 2)
            if process.process.is_alive():
                process.process.kill()
                process.process.join()

    def _begin(self, number: int) -> list[Process]:
        begun = [Process(self.config, self.sockets) for _ in range(number)]
        for process in begun:
            process.start()
        self.processes += begun
        return begun

    def _started(self, begun: list[Process]) -> bool:
        deadline = time.monotonic() + START_SECONDS
        for process in begun:
            while not process.is_ready(timeout=0.2):
                self.handle_signals()
                late = time.monotonic() > deadline
                if late or process.exitcode is not None or self.should_exit.is_set():
                    self.failed = not self.should_exit.is_set()
                    self.should_exit.set()
                    return False
                time.sleep(0.02)
        return True


def _app(settings: Settings, watching: int) -> App:
    """Return a worker's mock; ends the process, saying why, where there can be none."""
    threading.Thread(target=_outlive_nobody, args=(watching,), daemon=True).start()
    try:
        return lasting(settings)
    except SettingsError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(STARTUP_FAILURE)


def _outlive_nobody(watching: int) -> None:
    """Stop this worker when the process that watches it is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid == watching:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
