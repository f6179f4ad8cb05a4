"""The mock against applications that do nothing and against other mocks, in one run.

Run as `python -m bench.mock [SECONDS [ROUNDS]]`; prints a table, writes `bench/results/mock.json`.
The mock checks, tokenises and charges every request; `bare` is a Starlette application that parses
the JSON and answers a constant, on the same server. Other people's mocks take part where
`make bench` has installed them. Servers take turns within each round, so that what else runs on
the machine troubles all alike; the ratio of processor time is the steadier one.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.speed import peers
from bench.speed.load import Load, streams, whole
from bench.speed.server import Server, granian_reference, ours, reference, serving

RESULTS = Path(__file__).parent / "results" / "mock.json"
PEERS = Path(__file__).parent.parent / ".venv-peers"

Measure = Callable[[Server, float], Load]

MEASURES: dict[str, Measure] = {
    "json": whole,
    "json, every prompt new": lambda server, seconds: whole(server, seconds, new=True),
    "streams": streams,
}


def compared(servers: list[Server], measure: Measure, seconds: float, rounds: int) -> Any:
    """Return, by server, rates, processor microseconds and their ratios to the first server."""
    loads: dict[str, list[Load]] = {server.name: [] for server in servers}
    for server in servers:
        measure(server, 1.0)
    for number in range(rounds):
        # Forwards, then backwards: a slow drift of the machine favours none.
        for server in servers if number % 2 else reversed(servers):
            loads[server.name].append(measure(server, seconds))
    first = loads[servers[0].name]
    return {
        name: {
            "rate": spread([load.rate for load in mine]),
            "ratio": spread([a.rate / b.rate for a, b in zip(mine, first, strict=True)]),
            "cpu_us": spread([load.each for load in mine]),
            "cpu_ratio": spread([b.each / a.each for a, b in zip(mine, first, strict=True)]),
            "events": statistics.mean(load.events for load in mine),
            "first_ms": statistics.median(load.first for load in mine),
            "errors": sorted({load.errors for load in mine} - {""}),
        }
        for name, mine in loads.items()
    }


def spread(values: list[float]) -> dict[str, float]:
    """Return median, least and most."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def main(seconds: float = 3.0, rounds: int = 5) -> None:
    """Measure, print and write."""
    notes = {}
    with ExitStack() as stack:
        servers = [
            stack.enter_context(serving("bare Starlette", reference("bare"))),
            stack.enter_context(serving("raw ASGI", reference("raw"))),
            stack.enter_context(serving("granian, a constant", granian_reference())),
            stack.enter_context(serving("gonogo-mock", ours())),
            stack.enter_context(serving("gonogo-mock, granian", ours("--runner", "granian"))),
        ]
        others: dict[str, set[str]] = {"json": set(), "streams": set()}
        if (PEERS / "ready").exists():
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for peer, server in stack.enter_context(peers.running(PEERS, scratch)):
                servers.append(server)
                notes[peer.name] = peer.note
                others["json"].add(peer.name)
                others["streams"] |= {peer.name} if peer.streams else set()
        else:
            print("other mocks are not installed; `make bench` does that")
        found = {}
        for name, measure in MEASURES.items():
            here = others.get(name, set())  # A fixture answers no prompt that is new.
            chosen = [each for each in servers if each.name not in notes or each.name in here]
            found[name] = compared(chosen, measure, seconds, rounds)
    for name, rows in found.items():
        print(f"\n{name:24}{'a second':>10}{'ratio':>18}{'cpu us':>9}{'cpu ratio':>20}")
        for server, row in rows.items():
            print(
                f"{server:24}{row['rate']['median']:>10.0f}{_shown(row['ratio']):>18}"
                f"{row['cpu_us']['median']:>9.1f}{_shown(row['cpu_ratio']):>20}"
                f"  {row['events'] or '':.4}  {'; '.join([*row['errors'], notes.get(server, '')])}"
            )
    machine = {
        "when": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    told = {"machine": machine, "notes": notes, "measures": found}
    RESULTS.write_text(json.dumps(told, indent=1) + "\n")


def _shown(ratio: dict[str, float]) -> str:
    return f"{ratio['median']:.2f} ({ratio['least']:.2f}-{ratio['most']:.2f})"


if __name__ == "__main__":
    main(*[kind(word) for kind, word in zip((float, int), sys.argv[1:], strict=False)])
