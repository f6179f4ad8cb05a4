"""Where the processor time of an answer goes: the kernel, the interpreter, the server, the rest.

Run as `python -m bench.shares [SECONDS]`; writes `bench/results/shares.json`. `perf` samples each
server while it is loaded; the time is the server's own, in microseconds an answer, by the library
that was at work. It needs `perf` (Debian's linux-perf), and leave to use it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.mock import MEASURES
from bench.speed.redis import redis
from bench.speed.server import Server, family, granian_reference, ours, reference, serving

RESULTS = Path(__file__).parent / "results" / "shares.json"
WHERE = {
    "kernel": r"\[kernel|\[vdso\]|\[unknown\]",
    "interpreter": r"libpython|^python|^ld-linux|_asyncio|^lib[cm]\.|_blake2|libcrypto|_hash",
    "server": r"^loop\.|httptools|parser\.|_granian",
    "JSON and schema": r"orjson|jsonschema",
    "tokens": r"tokenizers",
}
"""Name of a column → the libraries it counts; what is none of them is the last column."""
_ROW = re.compile(r"^\s*([\d.]+)%\s+(\S+)")


@contextmanager
def sampled(server: Server, seconds: float) -> Iterator[Counter[str]]:
    """Sample a server meanwhile, for so long at most; afterwards, shares by column, in per cent."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        kept = str(Path(folder) / "perf.data")
        pids = ",".join(map(str, family(server.pid)))
        words = ["perf", "record", "-q", "-F", "499", "-o", kept, "-p", pids, "--", "sleep"]
        recording = subprocess.Popen([*words, str(seconds)], stderr=subprocess.DEVNULL)
        try:
            yield found
        finally:
            recording.wait(seconds + 60)
        told = subprocess.run(
            ["perf", "report", "-q", "-i", kept, "--stdio", "--sort", "dso"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    for line in told.splitlines():
        row = _ROW.match(line)
        if row:
            found[_column(row[2])] += float(row[1])


def _column(library: str) -> str:
    return next((name for name, known in WHERE.items() if re.search(known, library)), "else")


def main(seconds: float = 4.0) -> None:
    """Measure, print and write."""
    if shutil.which("perf") is None:
        sys.exit("counting shares needs perf: apt-get install linux-perf")
    rows: dict[str, dict[str, float]] = {}
    with ExitStack() as stack:
        store = stack.enter_context(redis())
        state = ("--state", f"redis://127.0.0.1:{store.port}/0")
        commands = {
            "bare Starlette": (reference("bare"), ("json", "streams")),
            "gonogo-mock": (ours(), tuple(MEASURES)),
            "granian, a constant": (granian_reference(), ("json", "streams")),
            "gonogo-mock, granian": (ours("--runner", "granian"), ("json", "streams")),
            "1 worker, Redis": (ours("--workers", "1", *state), ("json",)),
        }
        for name, (command, kinds) in commands.items():
            with serving(name, command) as server:
                for kind in kinds:
                    MEASURES[kind](server, 1.0)
                    with sampled(server, seconds - 1) as shares:
                        load = MEASURES[kind](server, seconds)
                    all_of_it = sum(shares.values()) or 1.0
                    rows[f"{name}: {kind}"] = {
                        "all": load.each,
                        **{
                            column: load.each * shares[column] / all_of_it
                            for column in (*WHERE, "else")
                        },
                    }
    print(
        f"{'microseconds an answer':42}"
        + "".join(f"{name:>17}" for name in ("all", *WHERE, "else"))
    )
    for name, row in rows.items():
        print(f"{name:42}" + "".join(f"{value:>17.1f}" for value in row.values()))
    told = {"when": time.strftime("%Y-%m-%d"), "load_average": os.getloadavg()[0], "rows": rows}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
