"""Real completions through HTTP beside the bare generation loop, in one run, as ratios.

Run as `python -m bench.gemma [FOLDER] [--provider cuda]`, on Linux. Both sides take turns, so that
other work on the machine burdens both; ratios are medians over the rounds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

from bench.gemma_serving import Rate, Server, serving, together
from mock_server.gemma.folder import SHIPPED, Folder
from mock_server.gemma.half import halved
from mock_server.gemma.job import Job
from mock_server.gemma.native import NativeModel
from mock_server.tokens import Tokens

STORY = "Tell me a very long story."
ROUNDS = 5
FIRSTS = 40


class Loop:
    """The loop that nobody serves, on a model of its own."""

    def __init__(self, folder: Path, provider: str = "cpu") -> None:
        self._tokens = Tokens.load(folder / "tokenizer.json")
        self._model = NativeModel(folder, provider)

    def run(self, text: str, cap: int) -> Rate:
        """Generate so many tokens, come what may."""
        ids = self._tokens.prompt_ids([("user", text)])
        cpu, began = time.process_time(), time.perf_counter()
        sequence = self._model.start(Job(1, ids, cap, []))
        sequence.read(ids)
        sequence.step()
        first = time.perf_counter() - began
        for _ in range(cap - 1):
            sequence.step()
        return Rate(cap, time.perf_counter() - began, time.process_time() - cpu, first)


def ratio(over: Iterable[Rate], under: Iterable[Rate], of: Callable[[Rate], float]) -> float:
    """Median over the rounds of one side's figure by the other's."""
    return median(of(one) / of(other) for one, other in zip(over, under, strict=True))


def rates(loop: Loop, server: Server, cap: int, clients: int) -> None:
    """Rounds of bare loop, one stream and many streams."""
    loop.run(STORY, 8)
    together(server, STORY, 8, clients)
    bare: list[Rate] = []
    one: list[Rate] = []
    many: list[Rate] = []
    for _ in range(ROUNDS):
        bare.append(loop.run(STORY, cap))
        one.append(together(server, STORY, cap, 1))
        many.append(together(server, STORY, cap, clients))
        for name, found in (("bare loop", bare), ("one stream", one), (f"{clients} streams", many)):
            print(f"{name:12} {found[-1]}", flush=True)
    speed, cost = (lambda rate: rate.per_second), (lambda rate: 1 / rate.cpu_each)
    print(
        f"one stream to the bare loop   {ratio(one, bare, speed):.2f} in tokens a second, ", end=""
    )
    print(f"{ratio(one, bare, cost):.2f} in tokens a CPU second")
    print(
        f"{clients} streams to one           {ratio(many, one, speed):.2f} in tokens a second, ",
        end="",
    )
    print(f"{ratio(many, one, cost):.2f} in tokens a CPU second")
    firsts = [
        (loop.run("Hello", 1).first, together(server, "Hello", 1, 1).first) for _ in range(FIRSTS)
    ]
    later = median(served - plain for plain, served in firsts)
    print(
        f"first token through HTTP later by {later * 1e3:.1f} ms (median of {FIRSTS})", flush=True
    )


def memory(server: Server, requests: int) -> None:
    """Does the worker grow with the number of requests?"""
    for _ in range(200):
        server.stream("Hello", 4)
    seen = [server.memory()]
    for _ in range(4):
        for _ in range(requests // 4):
            server.stream("Hello", 4)
        seen.append(server.memory())
    print(f"worker memory over {requests} requests: {' → '.join(f'{kb} kB' for kb in seen)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED)
    parser.add_argument("--provider", default="cpu")
    parser.add_argument("--requests", type=int, default=10_000, help="to watch the memory over")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder
        if options.provider == "cuda" and folder == SHIPPED:
            folder = halved(Folder.open(folder), Path(scratch) / "half").path
        with serving(folder, options.provider) as server:
            rates(Loop(folder, options.provider), server, cap=1000, clients=16)
            memory(server, options.requests)


if __name__ == "__main__":
    main()
