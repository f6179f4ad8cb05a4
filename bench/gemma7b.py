"""A model of Gemma-7B's shape with random int4 weights: written, served, measured, removed.

Run as `python -m bench.gemma7b [HOME] [--provider cuda]`, on Linux. Needs 40 GB of disk and 16 GB
of memory free, and says so. The bare loop and the server take turns, each with the model to itself;
ratios are medians over the rounds.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.gemma import STORY, Loop, ratio
from bench.gemma7b_folder import write
from bench.gemma_serving import Rate, Server, serving, together

DISK, MEMORY = 40 * 10**9, 16 * 10**9
ROUNDS = 2


@dataclass(slots=True)
class Side:
    """What one side did: short prompts with long answers, and long prompts with a token."""

    decoded: list[Rate] = field(default_factory=list)
    read: list[Rate] = field(default_factory=list)


def lacking(home: Path) -> str | None:
    """What this machine lacks, in one sentence."""
    disk = shutil.disk_usage(home).free
    memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    available = Path("/proc/meminfo")
    if available.exists():
        memory = int(available.read_text().split("MemAvailable:")[1].split()[0]) * 1024
    if disk < DISK:
        return f"the 7B shape needs {DISK // 10**9} GB of disk; {disk // 10**9} GB are free"
    if memory < MEMORY:
        return f"the 7B shape needs {MEMORY // 10**9} GB of memory; {memory // 10**9} GB are free"
    return None


def bare(folder: Path, provider: str, tokens: int, long: str, side: Side) -> None:
    """A round of the loop that nobody serves."""
    began, cpu = time.perf_counter(), time.process_time()
    loop = Loop(folder, provider)
    took = f"{time.perf_counter() - began:.0f} s wall, {time.process_time() - cpu:.0f} s CPU"
    loop.run(STORY, 2)
    side.decoded.append(loop.run(STORY, tokens))
    side.read.append(loop.run(long, 1))
    print(
        f"bare: loaded in {took}\n  {side.decoded[-1]}\n  long prompt {side.read[-1]}", flush=True
    )


def through_http(server: Server, tokens: int, long: str, side: Side) -> None:
    """A round through the server, and how it behaves meanwhile."""
    together(server, STORY, 2, 1)
    side.decoded.append(together(server, STORY, tokens, 1))
    print(f"HTTP:\n  {side.decoded[-1]}", flush=True)
    print(f"  two streams {together(server, STORY, tokens, 2)}", flush=True)
    reading = threading.Thread(target=lambda: side.read.append(together(server, long, 1, 1)))
    slowest = 0.0
    reading.start()
    while reading.is_alive():
        slowest = max(slowest, server.healthy())
        time.sleep(0.05)
    print(f"  long prompt {side.read[-1]}; /healthz took at most {slowest * 1e3:.1f} ms")
    print(f"  worker {server.memory()} kB", flush=True)
    server.abandon(long, after=side.read[-1].wall / 4)
    began = time.perf_counter()
    server.stream("Hi", 1)
    print(f"  a token {time.perf_counter() - began:.1f} s after a client left amid its prompt")


def measure(folder: Path, provider: str, tokens: int, words: int) -> None:
    """Rounds of both sides, and what one is to the other."""
    long, plain, served = "fox " * words, Side(), Side()
    for _ in range(ROUNDS):
        bare(folder, provider, tokens, long, plain)
        # The server's own copy would not fit beside that one.
        gc.collect()
        began = time.perf_counter()
        with serving(folder, provider) as server:
            took = f"{time.perf_counter() - began:.0f} s wall, {server.cpu():.0f} s CPU"
            print(f"served after {took}; worker {server.memory()} kB", flush=True)
            through_http(server, tokens, long, served)
    for name, one, other in (
        ("decode", served.decoded, plain.decoded),
        ("prefill", served.read, plain.read),
    ):
        wall = ratio(one, other, lambda rate: rate.per_second)
        cpu = ratio(one, other, lambda rate: 1 / rate.cpu_each)
        print(f"{name} through HTTP to bare: {wall:.2f} by wall, {cpu:.2f} by CPU")


def main() -> None:
    """Write, measure, remove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, nargs="?", default=Path(tempfile.gettempdir()))
    parser.add_argument("--provider", default="cpu")
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--words", type=int, default=200)
    options = parser.parse_args()
    reason = lacking(options.home)
    if reason:
        raise SystemExit(reason)
    with tempfile.TemporaryDirectory(prefix="gonogo-7b-", dir=options.home) as scratch:
        began = time.perf_counter()
        # CUDA's attention knows no float32.
        size = write(Path(scratch), half=options.provider == "cuda")
        print(f"{size / 1e9:.2f} GB written in {time.perf_counter() - began:.0f} s", flush=True)
        measure(Path(scratch), options.provider, options.tokens, options.words)


if __name__ == "__main__":
    main()
