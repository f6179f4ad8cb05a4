"""Real completions through HTTP beside the bare generation loop, in one run, as ratios.

Run as `python -m bench.gemma [FOLDER]`. Linux only: CPU seconds and memory are read from /proc.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mock_server.gemma.folder import SHIPPED
from mock_server.gemma.job import Job
from mock_server.gemma.native import NativeModel
from mock_server.tokens import Tokens

STORY = "Tell me a very long story."
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens, and what they took."""

    tokens: int
    wall: float
    cpu: float
    first: float
    """Seconds to the first token."""

    @property
    def per_second(self) -> float:
        return self.tokens / self.wall

    def __str__(self) -> str:
        each = self.cpu / self.tokens * 1e6
        return (
            f"{self.tokens:6} tokens {self.per_second:9.1f}/s wall {each:8.0f} us CPU a token, "
            f"first after {self.first * 1e3:.1f} ms"
        )


@dataclass(frozen=True, slots=True)
class Server:
    """A mock that serves a folder."""

    port: int
    processes: tuple[int, ...]

    def cpu(self) -> float:
        """CPU seconds of server and worker so far."""
        total = 0
        for process in self.processes:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory(self) -> int:
        """Resident kilobytes of the worker, which is the youngest process."""
        status = Path(f"/proc/{self.processes[-1]}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def stream(self, text: str, cap: int) -> tuple[int, float, float]:
        """Chunks with text, seconds to the first of them, and to the end."""
        body = json.dumps(
            {
                "model": "google/gemma-7b-it-lora",
                "messages": [{"role": "user", "content": text}],
                "max_tokens": cap,
                "temperature": 0,
                "stream": True,
            }
        ).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n"
            f"authorization: Bearer sk-aig-mock\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            f"connection: close\r\n\r\n"
        ).encode()
        began, first, tail, count = time.perf_counter(), 0.0, b"", 0
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(head + body)
            while data := connection.recv(65536):
                found = (tail + data).count(b'"delta":{"content"')
                if found and not first:
                    first = time.perf_counter() - began
                count += found
                tail = data[-17:] if not data.endswith(b"\n\n") else b""
        return count, first, time.perf_counter() - began

    def healthy(self) -> float:
        """Seconds that `/healthz` takes."""
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            while connection.recv(65536):
                pass
        return time.perf_counter() - began


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A mock in a process of its own, with its worker."""
    words = ["serve", "--engine", "gemma", "--model-dir", str(folder), "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mock_server", *words, "--ready-json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        port = json.loads(process.stdout.readline())["port"]
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        threads = [
            child
            for task in Path(f"/proc/{process.pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
        workers = sorted({int(child) for child in [*children, *threads]})
        yield Server(port, (process.pid, *workers))
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def bare(folder: Path, text: str, cap: int) -> Rate:
    """The loop that nobody serves, on a model of its own."""
    tokens, model = Tokens.load(folder / "tokenizer.json"), NativeModel(folder)
    ids = tokens.prompt_ids([("user", text)])
    for warming in (True, False):
        cpu, began = time.process_time(), time.perf_counter()
        sequence = model.start(Job(1, ids, 8 if warming else cap, []))
        sequence.read(ids)
        sequence.step()
        first = time.perf_counter() - began
        for _ in range(7 if warming else cap - 1):
            sequence.step()
    return Rate(cap, time.perf_counter() - began, time.process_time() - cpu, first)


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
    first = min(first for _, first, _ in found)
    return Rate(sum(count for count, _, _ in found), wall, server.cpu() - cpu, first)


def compare(folder: Path, cap: int, clients: int, requests: int) -> None:
    """Measure and print."""
    loop = bare(folder, STORY, cap)
    print(f"bare loop          {loop}")
    with serving(folder) as server:
        server.stream(STORY, 8)
        one = together(server, STORY, cap, 1)
        print(f"HTTP, one stream   {one}")
        print(f"  rate to bare {one.per_second / loop.per_second:.2f}, ", end="")
        print(f"first token {(one.first - loop.first) * 1e3:+.1f} ms")
        many = together(server, STORY, cap, clients)
        print(f"HTTP, {clients:2} streams   {many}")
        print(f"  rate to one stream {many.per_second / one.per_second:.2f}")
        if requests:
            for _ in range(100):
                server.stream("Hello", 4)
            before = server.memory()
            for _ in range(requests):
                server.stream("Hello", 4)
            after = server.memory()
            print(f"worker memory {before} kB, after {requests} more requests {after} kB")


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    compare(chosen, cap=1000, clients=16, requests=int(os.environ.get("BENCH_REQUESTS", "1000")))
