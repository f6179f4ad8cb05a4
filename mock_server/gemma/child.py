"""One worker process and its two pipes: lines go in, lines come out, until it ends or is ended.

Knows processes and threads; nothing of what the lines say.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

HOME = Path(__file__).parent.parent.parent
PROGRAM = (sys.executable, "-P", "-m", "mock_server.gemma.worker")
STOP_SECONDS = 5.0


class Child:
    """A process that was started and will be waited for."""

    def __init__(self, words: Sequence[str]) -> None:
        path = os.pathsep.join([str(HOME), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
        self._process = subprocess.Popen(  # noqa: S603
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, "ORT_DISABLE_TELEMETRY": "1"},
        )
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.heard = time.monotonic()
        """When its last line came, in seconds of the monotonic clock."""
        # On a thread of its own: a worker amid a long step reads late.
        threading.Thread(target=self._write, name="gemma-orders", daemon=True).start()

    @property
    def id(self) -> int:
        """Process id."""
        return self._process.pid

    def send(self, line: bytes) -> None:
        """Send a line, sooner or later; to one that has ended it is lost."""
        self._orders.put(line)

    def lines(self) -> Iterator[bytes]:
        """Give its lines as they come, until it ends."""
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            for line in pipe:
                self.heard = time.monotonic()
                yield line

    def dismiss(self) -> None:
        """End its input, at which it ends itself."""
        self._orders.put(None)

    def wait(self) -> None:
        """Wait until it has ended, which is forced after a while."""
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it now."""
        self.dismiss()
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()

    def _write(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError), self._process.stdin as pipe:
            while (line := self._orders.get()) is not None:
                pipe.write(line)
                pipe.flush()
