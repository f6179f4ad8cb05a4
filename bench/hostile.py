"""Hostile gateways: how long each holds the suite up, and what it makes it remember.

Run as `python -m bench.hostile [--write]`. Each shape of `tests/wire/hostile` answers over both
edges, each time to a process of its own, so that its memory is its own. `--write` puts the figures
into docs/reliability.md. Exits with 1 where an exchange ends as its shape may not.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.marks import between
from conformance.exchange import Ending, Request, Wire
from conformance.redaction import Secrets
from conformance.wire import Edge, Settings, Timeouts
from tests.wire.hostile.shapes import SHAPES
from tests.wire.scripted_server import ScriptedServer

PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"
TIMES = Timeouts(connect=5, first_byte=0.25, idle=0.25, total=2)
"""Short, so that what waits shows by how much a bound is exceeded."""


@dataclass(frozen=True, slots=True)
class Held:
    """One exchange with one of them."""

    shape: str
    wire: Wire
    ending: Ending
    seconds: float
    memory: int
    """Bytes that the process grew by, the hostile server's part included."""


async def _exchange(name: str, wire: Wire) -> tuple[Ending, float]:
    async with (
        ScriptedServer(SHAPES[name].script) as server,
        Edge(Settings(server.url, timeouts=TIMES), Secrets({"valid": "sk-hostile-0000"})) as edge,
    ):
        request = Request("ask", "POST", "/chat/completions", body=b"{}", wire=wire)
        began = time.monotonic()
        got = await edge.perform(request)
        return got.ending, time.monotonic() - began


def hold(work: tuple[str, Wire]) -> Held:
    """Hold one exchange and measure it; to be run in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ending, seconds = asyncio.run(_exchange(*work))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return Held(*work, ending, seconds, grown * 1024)


def rows(held: Iterable[Held]) -> list[tuple[str, str, str, str]]:
    """Return for each ending how many had it, the slowest and the heaviest of them."""
    by_ending: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        by_ending["all"].append(one)
        by_ending[one.ending.value].append(one)
    found = []
    for ending, these in by_ending.items():
        slowest = max(these, key=lambda one: one.seconds)
        largest = max(these, key=lambda one: one.memory)
        time_of = f"{slowest.seconds:.2f} s ({slowest.shape})"
        size_of = f"{largest.memory / 2**20:.0f} MB ({largest.shape})"
        found.append((ending, str(len(these)), time_of, size_of))
    return found


def main(arguments: list[str]) -> int:
    """Hold them all, one after the other."""
    works = [(name, wire) for name in SHAPES for wire in Wire]
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        held = pool.map(hold, works, chunksize=1)
    table = rows(held)
    for row in table:
        print(*row, sep=" · ")
    if "--write" in arguments:
        head = ("an exchange ends", "exchanges", "slowest", "most memory")
        PAGE.write_text(between(PAGE.read_text("utf-8"), "hostile", head, table), "utf-8")
    wrong = [one for one in held if one.ending not in SHAPES[one.shape].endings]
    for one in wrong:
        print(f"{one.shape} over {one.wire.value}: {one.ending.value}, which it may not")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
