"""A real Redis for tests: of our own, on a free port, stopped at the end."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path


class RedisServer:
    """A server that keeps what it is told, also when it is stopped and started again."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        assert program is not None, "the marker `redis` promises a redis-server"
        kept = ("--save", "", "--appendonly", "yes", "--appendfsync", "no")
        self._command = [program, "--bind", "127.0.0.1", "--dir", str(folder), *kept]
        self._process: subprocess.Popen[bytes] | None = None
        for _ in range(5):  # another program may take a port between our finding and using it
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
            if self._came():
                return
        raise AssertionError("no redis-server started")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start again, on the same port and with what it knew."""
        assert self._came()

    def _came(self) -> bool:
        command = [*self._command, "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    probe.sendall(b"PING\r\n")
                    if probe.recv(64).startswith(b"+PONG"):
                        return True
            time.sleep(0.02)
        return False

    def stop(self) -> None:
        if self._process is not None:
            self.thaw()
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
