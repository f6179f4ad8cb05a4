"""Has a request become dearer? Instructions of the mock beside those of the bare application.

Run as `python -m bench.regression [--write]`. callgrind counts what Python and its libraries do for
a request in one process without a socket; no other work on the machine troubles that, and another
version of Python troubles both sides alike. Exits with 1 where a ratio has grown by more than
TOLERANCE over the one kept in `instructions.json`, which `--write` replaces.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.speed.counted import count

KEPT = Path(__file__).parent / "instructions.json"
TOLERANCE = 0.05
STREAM: dict[str, Any] = {"stream": True, "max_tokens": 17}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "json": ({}, {}),
    "json, every prompt new": ({"new": True}, {"new": True}),
    "stream of 20 events": (STREAM, STREAM),
}
"""What is asked of the mock, and of the bare application."""


def ratios() -> dict[str, float]:
    """Count, and return the mock's instructions as shares of those of the bare application."""
    return {
        name: round(count("mock", **mine) / count("bare", **other), 3)
        for name, (mine, other) in CASES.items()
    }


def dearer(found: dict[str, float], kept: dict[str, float]) -> list[str]:
    """Return the cases whose ratio has grown by more than is tolerated, or was never kept."""
    return [name for name, ratio in found.items() if ratio > kept.get(name, 0.0) * (1 + TOLERANCE)]


def main() -> None:
    """Count, print and compare."""
    found = ratios()
    if "--write" in sys.argv[1:]:
        KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    kept: dict[str, float] = json.loads(KEPT.read_text(encoding="utf-8"))
    for name, ratio in found.items():
        print(f"{name:26}{ratio:8.3f} of the bare application's instructions; was {kept[name]:.3f}")
    if worse := dearer(found, kept):
        sys.exit(f"dearer than before by more than {TOLERANCE:.0%}: {', '.join(worse)}")


if __name__ == "__main__":
    main()
