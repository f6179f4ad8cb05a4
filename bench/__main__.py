"""Every measurement that needs no large model, in one run: `python -m bench [--write] [PART ...]`.

Each part is a program of its own, with a bound on its time; what it prints is printed and kept in
`bench/results/bench.json`, with the date and the machine. `--write` puts all of it into
docs/performance.md. Ends with 1 if a part failed. Beside these, `bench.gemma7b`, `bench.voices`,
`bench.panel` and `bench.campaign` run by name.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench import mock, performance_page

RESULTS = mock.RESULTS.parent
SECONDS = 600.0
"""A part may take; all of them together take about a quarter of an hour on two quiet processors."""
PARTS: dict[str, tuple[str, ...]] = {
    "start": (),
    "mock": ("3", "5"),
    "picture": (str(performance_page.PAGE.with_name("mock-speed.svg")),),
    "streams": (),
    "workers": ("3", "5"),
    "shares": (),
    "check": (),
    "fuzz": (),
    "judges": (),
    "growth": (),
    "seeded": (),
    "gemma": ("--requests", "1000"),
    "regression": (),
}


def main(words: list[str]) -> int:
    """Run the parts, print and write what they say; return the number of those that failed."""
    chosen = [word for word in words if word != "--write"]
    RESULTS.mkdir(exist_ok=True)
    if unknown := sorted(set(chosen) - set(PARTS)):
        sys.exit(f"there is no {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    rows: dict[str, Any] = {}
    for name in chosen or PARTS:
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        code, told = _run(name)
        rows[name] = {"seconds": round(time.monotonic() - began, 1), "exit": code, "told": told}
        print(f"-- {rows[name]['seconds']:.0f} s{'' if code == 0 else ', FAILED'}", flush=True)
    machine = {
        "when": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "processor": _processor(),
        "load_average_at_the_end": round(os.getloadavg()[0], 1),
    }
    told = {"machine": machine, "parts": rows}
    (RESULTS / "bench.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"\n{machine}")
    if "--write" in words:
        page = performance_page.PAGE.read_text(encoding="utf-8")
        others = json.loads(mock.RESULTS.read_text(encoding="utf-8"))
        written = performance_page.replaced(page, told, others)
        performance_page.PAGE.write_text(written, encoding="utf-8")
    return sum(row["exit"] != 0 for row in rows.values())


def _run(name: str) -> tuple[int, list[str]]:
    command = [sys.executable, "-u", "-m", f"bench.{name}", *PARTS[name]]
    told: list[str] = []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    guard = threading.Timer(SECONDS, process.terminate)
    guard.start()
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            told.append(line.rstrip("\n"))
        return process.wait(), told
    finally:
        guard.cancel()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
