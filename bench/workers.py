"""Several workers with one Redis: how much more do two answer than one, and who has the processors?

Run as `python -m bench.workers [SECONDS [ROUNDS]]`; writes `bench/results/workers.json`. The load
tool and Redis live on the same processors, so bounds stand beside the ratio that was seen, all from
processor time: what two workers would reach with a processor each, all else being elsewhere, and
what this machine has room for, where all share its processors, or all but the tool. What others do
on the machine is told too, and the ratio of the rounds in which that was least.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.speed.load import whole
from bench.speed.redis import redis
from bench.speed.server import Server, ours, serving

RESULTS = Path(__file__).parent / "results" / "workers.json"
WORKERS = (1, 2)
WHO = ("mock", "redis", "tool")
"""Takes processor time for an answer."""
QUIET = 3
"""Rounds with the least of other people's work, of which the ratio is told by itself."""


@dataclass(frozen=True, slots=True)
class Share:
    """One round: answers a second, and the processor microseconds that each of them took."""

    rate: float
    mock: float
    redis: float
    tool: float
    others: float
    """Processors that had other people's work."""

    @property
    def busy(self) -> float:
        """Processors that were at work."""
        return self.rate * (self.mock + self.redis + self.tool) / 1e6


def shares(server: Server, store: Server | None, seconds: float) -> Share:
    """Load a server for a while."""
    tool = resource.getrusage(resource.RUSAGE_CHILDREN)
    kept = store.cpu() if store is not None else 0.0
    all_of_it, began = _worked(), time.monotonic()
    load = whole(server, seconds)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - tool.ru_utime - tool.ru_stime
    kept = store.cpu() - kept if store is not None else 0.0
    all_of_it = _worked() - all_of_it
    others = max(0.0, all_of_it - load.cpu - kept - spent) / (time.monotonic() - began)
    each = (kept / load.answers * 1e6, max(0.0, spent / load.answers * 1e6))
    return Share(load.rate, load.each, *each, others)


def _worked() -> float:
    """Return the seconds that all processors have worked, for whomever."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, waiting = ticks[3:5]
    return (sum(ticks) - idle - waiting) / os.sysconf("SC_CLK_TCK")


def main(seconds: float = 3.0, rounds: int = 5) -> None:
    """Measure, print and write."""
    found: dict[str, list[Share]] = {}
    with ExitStack() as stack:
        store = stack.enter_context(redis())
        state = ("--state", f"redis://127.0.0.1:{store.port}/0")
        servers: list[tuple[str, Server, Server | None]] = [
            ("1 worker, memory", stack.enter_context(serving("memory", ours())), None)
        ]
        for number in WORKERS:
            command = ours("--workers", str(number), *state)
            name = f"{number} worker{'s' * (number > 1)}, Redis"
            servers.append((name, stack.enter_context(serving(name, command)), store))
        for name, server, its in servers:
            shares(server, its, 1.0)
            found[name] = []
        for number in range(rounds):
            for name, server, its in servers if number % 2 else reversed(servers):
                found[name].append(shares(server, its, seconds))
    rows: dict[str, Any] = {}
    first = found["1 worker, Redis"]
    print(
        f"{'':20}{'a second':>10}{'to one':>8}{'quiet':>8}{'mock us':>9}"
        f"{'Redis us':>10}{'tool us':>9}{'busy':>7}{'others':>8}"
    )
    for name, mine in found.items():
        of = {
            kind: statistics.median(getattr(each, kind) for each in mine)
            for kind in ("rate", "mock", "redis", "tool", "busy", "others")
        }
        pairs = sorted(zip(mine, first, strict=True), key=lambda pair: sum(a.others for a in pair))
        of["ratio"] = statistics.median(a.rate / b.rate for a, b in pairs)
        of["quiet"] = statistics.median(a.rate / b.rate for a, b in pairs[:QUIET])
        rows[name] = of
        print(
            f"{name:20}{of['rate']:>10.0f}{of['ratio']:>8.2f}{of['quiet']:>8.2f}{of['mock']:>9.1f}"
            f"{of['redis']:>10.1f}{of['tool']:>9.1f}{of['busy']:>7.2f}{of['others']:>8.2f}"
        )
    one, two = rows["1 worker, Redis"], rows["2 workers, Redis"]
    processors = os.cpu_count() or 1

    def room(whose: Sequence[str]) -> float:
        # One worker is bound by its own processor, or by all of them where others take much.
        alone: float = max(one["mock"], sum(one[who] for who in whose) / processors)
        return processors / sum(two[who] for who in whose) * alone

    bounds = {
        "two with a processor each, all else elsewhere": 2 * one["mock"] / two["mock"],
        f"room for two beside Redis on {processors} processors": room(WHO[:2]),
        f"room for two beside all else on {processors} processors": room(WHO),
    }
    for words, bound in bounds.items():
        print(f"{words}: {bound:.2f} times one worker")
    told = {"when": time.strftime("%Y-%m-%d"), "rows": rows, "bounds": bounds}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main(*[kind(word) for kind, word in zip((float, int), sys.argv[1:], strict=False)])
