"""A Redis for a measurement: of its own, on a free port, keeping nothing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.speed.server import Server, free_port

START_SECONDS = 10.0


@contextmanager
def redis() -> Iterator[Server]:
    """Start one and yield it once it answers; stop it at the end."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("this measurement needs Redis: apt-get install redis-server")
    port, began = free_port(), time.perf_counter()
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.02)
        yield Server("redis", port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return False
        probe.sendall(b"PING\r\n")
        return probe.recv(64).startswith(b"+PONG")
