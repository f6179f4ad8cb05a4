"""Hunt through the readers: `python -m bench.parsers [SECONDS] [--write]`, 5 minutes by default.

The same properties that `make test` holds with a hundred examples each are tried in rounds, each
with a seed of its own, until the time is over. Exits with 1 where one is broken: keep what is
printed as an `@example` of the property. `--write` puts the figures into docs/reliability.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.marks import between
from bench.parsers.counting import PLACE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
SECONDS = 300.0
HANGS = 900.0
"""Seconds after which a round has hung where no signal reaches: within a library in C."""
Figures = dict[str, tuple[int, float]]
"""Executions of each reader, and seconds of processor time of the slowest."""


def properties() -> list[str]:
    """Return the files that hold properties of readers."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in files if "mark.parser(" in path.read_text()]


def hunted(seed: int) -> tuple[Figures, str]:
    """Run one round; return what was executed, and what broke, if anything."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "counted.json"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "parser", "--tb=short"]
        command += ["-p", "bench.parsers.counting", f"--hypothesis-seed={seed}", *properties()]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "GONOGO_HYPOTHESIS": "campaign", PLACE: str(place)},
            capture_output=True,
            text=True,
            timeout=HANGS,
            check=False,
        )
        told = json.loads(place.read_text()) if place.exists() else {}
    broken = "" if done.returncode == 0 else done.stdout + done.stderr
    return {what: (number, slowest) for what, (number, slowest) in told.items()}, broken


def added(
    figures: Mapping[str, tuple[int, float]], more: Mapping[str, tuple[int, float]]
) -> Figures:
    """Return the figures of two rounds together."""
    whole = dict(figures)
    for what, (number, slowest) in more.items():
        before, longest = whole.get(what, (0, 0.0))
        whole[what] = before + number, max(longest, slowest)
    return whole


def rows(figures: Mapping[str, tuple[int, float]]) -> list[tuple[str, str, str]]:
    """Return the figures in words, the sum first."""
    found = [
        (what, f"{number:,}", f"{slowest * 1000:.0f} ms")
        for what, (number, slowest) in sorted(figures.items())
    ]
    total = sum(number for number, _ in figures.values())
    return [("all", f"{total:,}", f"{max(s for _, s in figures.values()) * 1000:.0f} ms"), *found]


def main(arguments: list[str]) -> int:
    """Hunt for as long as the arguments ask for."""
    numbers = [float(word) for word in arguments if word != "--write"]
    until = time.monotonic() + (numbers[0] if numbers else SECONDS)
    figures: Figures = {}
    seed = 0
    while not seed or time.monotonic() < until:
        more, broken = hunted(seed)
        figures = added(figures, more)
        seed += 1
        if broken:
            print(broken)
            return 1
    for row in rows(figures):
        print(*row, sep="\t")
    if "--write" in arguments:
        head = ("reader", "executions", "slowest, processor time")
        page = between(PAGE.read_text("utf-8"), "parsers", head, rows(figures))
        PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
