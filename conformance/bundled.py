"""Bundled: the mock of the same wheel, started in a process of its own. Shares no code with it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from queue import Empty, Queue
from typing import IO

from conformance.errors import UsageError

KEYS = {
    "valid": "sk-aig-mock",
    "without_credit": "sk-aig-mock-no-credit",
    "over_limit": "sk-aig-mock-over-limit",
    "small_quota": "sk-aig-mock-quick",
    "failing_upstream": "sk-aig-mock-upstream-down",
    "saturated_upstream": "sk-aig-mock-saturated",
}
"""Accounts of the mock by role; they are no secrets."""

VARIABLES = {role: f"GONOGO_MOCK_{role.upper()}" for role in KEYS}
START_SECONDS = 30.0
LAST_WORDS = 500
"""Characters that are told of what a mock that does not start said last."""


@contextlib.contextmanager
def bundled_mock(
    arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Start the mock on a free port and yield its base URL; stop it at the end.

    Raises UsageError when it does not start, with its own last words.
    """
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--ready-json"]
    process = subprocess.Popen(  # noqa: S603
        [*command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        text=True,
    )
    said, complained = _Listener(process.stdout), _Listener(process.stderr)
    try:
        yield _ready(process, said, complained)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)
        for listener in (said, complained):
            listener.close()


class _Listener:
    """Hears a process out to its end: one that nobody hears stops where a pipe is full."""

    def __init__(self, pipe: IO[str] | None) -> None:
        assert pipe is not None
        self._pipe = pipe
        self._first: Queue[str] = Queue(1)
        self.last = ""
        """The last line that is not blank."""
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _hear(self) -> None:
        for line in self._pipe:
            self.last = line.strip()[:LAST_WORDS] or self.last
            if line.startswith("{") and self._first.empty():
                self._first.put(line)

    def object(self, seconds: float) -> str | None:
        """Return the first line that is a JSON object, waiting so long for it."""
        with contextlib.suppress(Empty):
            return self._first.get(timeout=seconds)
        return None

    def close(self) -> None:
        """Hear the last words of a process that has ended."""
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._pipe.close()


def _ready(process: subprocess.Popen[str], said: _Listener, complained: _Listener) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        line = said.object(0.2)
        if line is not None:
            return str(json.loads(line)["base_url"])
        if ended:
            break
    process.kill()
    process.wait(timeout=5)
    complained.close()
    reason = complained.last or f"no word from it within {START_SECONDS:g} seconds"
    raise UsageError(f"the bundled mock did not start: {reason}", hint="pip install 'gonogo[mock]'")
