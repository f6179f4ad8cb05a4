"""How long until the first answer, and how much memory then: the mock, its reference, the commands.

Run as `python -m bench.start [ROUNDS]`; writes `bench/results/start.json`. Starts are told as the
least of the rounds, since other work on the machine only adds, with the median beside it.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.speed.server import ours, reference, serving

RESULTS = Path(__file__).parent / "results" / "start.json"
SERVERS = {
    "bare Starlette": reference("bare"),
    "gonogo-mock serve": ours(),
}
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "gonogo --help": [sys.executable, "-m", "conformance", "--help"],
    "gonogo-mock --help": [sys.executable, "-m", "mock_server", "--help"],
}


def main(rounds: int = 9) -> None:
    """Measure, print and write."""
    took: dict[str, list[float]] = {name: [] for name in (*SERVERS, *COMMANDS)}
    memory: dict[str, float] = {}
    for _ in range(rounds):
        for name, command in SERVERS.items():
            with serving(name, command) as server:
                took[name].append(server.started)
                memory[name] = server.resident()
        for name, command in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            took[name].append(time.perf_counter() - began)
    rows: dict[str, Any] = {}
    print(f"{'':22}{'least':>10}{'median':>10}{'memory':>10}")
    for name, seconds in took.items():
        rows[name] = {
            "least": min(seconds),
            "median": statistics.median(seconds),
            "megabytes": memory.get(name),
        }
        held = f"{memory[name]:7.0f} MB" if name in memory else ""
        print(f"{name:22}{min(seconds):8.2f} s{statistics.median(seconds):8.2f} s{held:>10}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps({"when": time.strftime("%Y-%m-%d"), "rows": rows}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
