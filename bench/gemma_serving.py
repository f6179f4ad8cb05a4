"""A mock with a real model behind it, seen from outside: streams, health, CPU seconds, memory.

Linux only: CPU seconds and memory are read from /proc.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
TEXT = re.compile(rb'"delta":\{"content":"[^"]')
USAGE = re.compile(rb'"completion_tokens":(\d+)')


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens, and what they took."""

    tokens: int
    wall: float
    """Seconds."""
    cpu: float
    """Seconds of all processes that had a part in it, the client's own left out."""
    first: float
    """Seconds to the first text."""

    @property
    def per_second(self) -> float:
        return self.tokens / self.wall

    @property
    def cpu_each(self) -> float:
        """CPU seconds a token."""
        return self.cpu / self.tokens

    def __str__(self) -> str:
        return (
            f"{self.tokens:6} tokens {self.per_second:9.1f}/s wall "
            f"{self.cpu_each * 1e6:9.0f} us CPU a token, first after {self.first * 1e3:.1f} ms"
        )


@dataclass(frozen=True, slots=True)
class Server:
    """A mock that serves a folder."""

    port: int
    processes: tuple[int, ...]

    def cpu(self) -> float:
        """CPU seconds of server and worker so far."""
        return sum(_cpu(process) for process in self.processes)

    def memory(self) -> int:
        """Resident kilobytes of the worker, which is the youngest process."""
        status = Path(f"/proc/{self.processes[-1]}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def stream(self, text: str, cap: int) -> tuple[int, float, float]:
        """Tokens of an answer as its usage counts them, seconds to the first text, to the end."""
        began, first, read = time.perf_counter(), 0.0, bytearray()
        with self._asked(text, cap) as connection:
            while data := connection.recv(65536):
                read += data
                if not first and TEXT.search(read):
                    first = time.perf_counter() - began
        whole = time.perf_counter() - began
        counted = USAGE.findall(read)
        if not counted:
            raise RuntimeError(f"a stream without usage: {bytes(read[-300:])!r}")
        return int(counted[-1]), first or whole, whole

    def abandon(self, text: str, after: float) -> None:
        """Ask for an answer and leave after so many seconds."""
        with self._asked(text, 1):
            time.sleep(after)

    def healthy(self) -> float:
        """Seconds that `/healthz` takes."""
        began = time.perf_counter()
        with self._connected() as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            while connection.recv(65536):
                pass
        return time.perf_counter() - began

    @contextlib.contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=600) as connection:
            yield connection

    @contextlib.contextmanager
    def _asked(self, text: str, cap: int) -> Iterator[socket.socket]:
        body = json.dumps(
            {
                "model": "google/gemma-7b-it-lora",
                "messages": [{"role": "user", "content": text}],
                "max_tokens": cap,
                "temperature": 0,
                "stream": True,
                "stream_options": {"include_usage": True},
            }
        ).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n"
            f"authorization: Bearer sk-aig-mock\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            f"connection: close\r\n\r\n"
        ).encode()
        with self._connected() as connection:
            connection.sendall(head + body)
            yield connection


@contextlib.contextmanager
def serving(folder: Path, provider: str = "cpu") -> Iterator[Server]:
    """A mock in a process of its own, with its worker."""
    words = ["serve", "--engine", "gemma", "--model-dir", str(folder), "--port", "0"]
    words += ["--provider", provider]
    process = subprocess.Popen(
        [sys.executable, "-m", "mock_server", *words, "--ready-json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        port = json.loads(process.stdout.readline())["port"]
        threads = Path(f"/proc/{process.pid}/task").iterdir()
        workers = {int(pid) for task in threads for pid in (task / "children").read_text().split()}
        yield Server(port, (process.pid, *sorted(workers)))
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def together(server: Server, text: str, cap: int, clients: int) -> Rate:
    """The same request from so many clients at once."""
    found: list[tuple[int, float, float]] = []
    threads = [
        threading.Thread(target=lambda: found.append(server.stream(text, cap)))
        for _ in range(clients)
    ]
    cpu, began = server.cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    if len(found) != clients:
        raise RuntimeError(f"{clients - len(found)} of {clients} streams broke")
    first = min(first for _, first, _ in found)
    return Rate(sum(count for count, _, _ in found), wall, server.cpu() - cpu, first)


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
