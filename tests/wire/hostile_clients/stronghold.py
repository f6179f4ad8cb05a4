"""A mock in a process of its own, watched while strangers are at its door. Knows no stranger."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

HASTY = ("--head-seconds", "0.5", "--body-pause", "0.5", "--body-seconds", "1")
"""Options for tests that do not want to wait long for what is late."""
MEMORY = 250 << 20
"""Bytes that a mock may take, whatever it is sent."""


@dataclass
class Stronghold:
    """A mock that runs."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    trust: ssl.SSLContext | bool = True
    """Whose certificates count, where it speaks HTTPS."""

    @property
    def port(self) -> int:
        return int(self.ready["port"])

    @property
    def url(self) -> str:
        return str(self.ready["base_url"]).removesuffix("/v1")

    def memory(self, what: str = "VmRSS") -> int:
        """Bytes it takes now, or took at most (`VmHWM`)."""
        told = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"{what}:\s+(\d+) kB", told)
        assert found is not None
        return int(found[1]) * 1024

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def well(self) -> bool:
        """It answers."""
        answer = httpx.get(f"{self.url}/healthz", timeout=30, verify=self.trust)
        return answer.status_code == 200

    def control(self, page: str) -> Any:
        token = {"authorization": f"Bearer {self.ready['control_token']}"}
        url = self.ready["control_url"] + page
        answer = httpx.get(url, headers=token, timeout=30, verify=self.trust)
        assert answer.status_code == 200
        return answer.json()


@contextlib.contextmanager
def stronghold(*options: str, trust: ssl.SSLContext | bool = True) -> Iterator[Stronghold]:
    """Start a mock; at the end it has to stop when told, and to have complained of nothing."""
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--ready-json"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        hold = Stronghold(process, json.loads(process.stdout.readline()), trust)
        try:
            yield hold
            assert hold.memory("VmHWM") < MEMORY
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
            errors.seek(0)
            complaints = errors.read()
        assert complaints == ""
        assert process.returncode in (0, -signal.SIGTERM)
