"""Bundled: the mock of the same wheel, started in a process of its own. Shares no code with it."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

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
    try:
        yield _ready(process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline and process.poll() is None:
            if not selector.select(timeout=0.2):
                continue
            line = process.stdout.readline()
            if line.startswith("{"):
                return str(json.loads(line)["base_url"])
            if not line:
                break
    process.kill()
    words = process.communicate(timeout=5)[1].strip().splitlines()
    reason = words[-1] if words else f"no word from it within {START_SECONDS:g} seconds"
    raise UsageError(f"the bundled mock did not start: {reason}", hint="pip install 'gonogo[mock]'")
