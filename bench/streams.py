"""Five thousand paced streams at once on one worker: are they whole, on time and cheap to hold?

Run as `python -m bench.streams [STREAMS]`. Twenty tokens each, two a second. Prints and writes
`bench/results/streams.json`. Deviations are as the client sees them, its own lateness included.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench.speed.server import Server, body, ours, serving

RESULTS = Path(__file__).parent / "results" / "streams.json"
TOKENS = 20
GAP = 0.5
FIRST = 0.3
RAMP = 5.0
PACE = ("--first-token", f"{FIRST}s", "--between-tokens", f"{GAP}s", "--keep-alive", "0")
WORDS = "count from 1 to 10"
"""Answered by twenty tokens, of a piece each: ten numbers and their commas."""


def measured(server: Server, streams: int) -> dict[str, Any]:
    """Hold so many streams, and return what the client heard and what the server spent."""
    command = [sys.executable, "-m", "bench.speed.crowd", str(server.port), str(streams)]
    asked = body(stream=True, words=WORDS, max_tokens=TOKENS, temperature=0)
    idle, most, over = server.resident(), [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            most[0] = max(most[0], server.resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    before, began = server.cpu(), time.monotonic()
    try:
        told = subprocess.run(
            [*command, str(RAMP), str(GAP)], input=asked, capture_output=True, check=True
        ).stdout
    finally:
        over.set()
        watcher.join()
    took = time.monotonic() - began
    found: dict[str, Any] = json.loads(told)
    found["streams"] = streams
    spent = server.cpu() - before
    found["busy"], found["cpu_us_an_event"] = spent / took, spent / found["events"] * 1e6
    found["kb_a_stream"] = (most[0] - idle) * 1000 / streams
    return found


def main(streams: int = 5_000) -> None:
    """Measure, print and write."""
    rows = []
    with serving("gonogo-mock", ours(*PACE)) as server:
        for number in sorted({max(1, streams // 100), max(1, streams // 10), streams}):
            rows.append(measured(server, number))
            row = rows[-1]
            print(
                f"{row['streams']:>6} streams: {row['whole']} whole, {row['events']} events; "
                f"late by {row['late_ms']['median']:.1f} ms (p99 {row['late_ms']['p99']:.1f}, "
                f"most {row['late_ms']['most']:.1f}); first token p99 "
                f"{row['first_ms']['p99']:.0f} ms of {FIRST * 1000:.0f}; "
                f"{row['kb_a_stream']:.1f} kB each; processor {row['busy']:.0%}, "
                f"{row['cpu_us_an_event']:.0f} us an event",
                flush=True,
            )
    RESULTS.parent.mkdir(exist_ok=True)
    told = {"when": time.strftime("%Y-%m-%d"), "load_average": os.getloadavg()[0], "rows": rows}
    RESULTS.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
