"""A server in a process of its own: started, watched, stopped. Knows no application."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 10.0
KEY = "sk-aig-mock"
PATH = "/v1/chat/completions"
MODEL = "google/gemma-7b-it-lora"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    name: str
    port: int
    pid: int
    started: float
    """Seconds from its start to its first 200."""
    token: str = ""
    """What its control API asks for, where it has one."""

    @property
    def url(self) -> str:
        """Where chat lives."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    def cpu(self) -> float:
        """Return the processor seconds it and its children have had, to the nanosecond."""
        return sum(_on_cpu(pid) for pid in family(self.pid)) / 1e9

    def resident(self) -> float:
        """Return its memory in MB, with that of its children."""
        pages = sum(_pages(pid) for pid in family(self.pid))
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def serving(
    name: str, command: Sequence[str], port: int | None = None, folder: Path | None = None
) -> Iterator[Server]:
    """Start a server and yield it once it answers chat with 200; stop it at the end.

    Without `port`, the first line it prints tells: a number, or JSON with `port`.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE if port is None else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        start_new_session=True,
        env={**os.environ, "ORT_DISABLE_TELEMETRY": "1"},
    )
    token = ""
    try:
        if port is None:
            assert process.stdout is not None
            line = process.stdout.readline()
            told = {"port": int(line)} if line.strip().isdigit() else json.loads(line)
            port, token = int(told["port"]), told.get("control_token", "")
        _answers(port, process)
        yield Server(name, port, process.pid, time.perf_counter() - began, token)
    finally:
        _stop(process)


def ours(*options: str) -> list[str]:
    """Return the command that starts the mock on a free port."""
    return [
        *(sys.executable, "-m", "mock_server", "serve", "--port", "0", "--ready-json"),
        *options,
    ]


def reference(name: str) -> list[str]:
    """Return the command that starts one of `bench.speed.references`."""
    return [sys.executable, "-m", "bench.speed.references", name]


def granian_reference() -> list[str]:
    """Return the command that starts an application on granian that does nothing."""
    return [sys.executable, "-m", "bench.speed.granian_reference"]


def body(*, stream: bool = False, words: str = "Hello!", **more: object) -> bytes:
    """Return the documented example of a request."""
    return json.dumps(
        {
            "model": MODEL,
            "messages": [
                {"role": "system", "content": "You are a helpful assistant."},
                {"role": "user", "content": words},
            ],
            "temperature": 0.7,
            "top_p": 0.95,
            "max_tokens": 1024,
            "stream": stream,
            **more,
        }
    ).encode()


def headers() -> dict[str, str]:
    """Return the headers of a request."""
    return {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}


def free_port() -> int:
    """Return a port that nobody has, for servers that cannot find one themselves."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def family(pid: int) -> list[int]:
    """Return a process and all below it that still live."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def _on_cpu(pid: int) -> int:
    total = 0
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                total += int((thread / "schedstat").read_text().split()[0])
    return total


def _pages(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return 0


def _answers(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("POST", PATH, body(max_tokens=1), headers())
            if connection.getresponse().status == 200:
                return
        time.sleep(0.01)
    raise RuntimeError(f"{process.args} did not answer within {START_SECONDS:.0f} s")


def _stop(process: subprocess.Popen[str]) -> None:
    # The whole group: some servers are started by a script that is not the server itself.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
