"""Counts the instructions of a request, which no other process troubles: callgrind on one process.

`count(name, ...)` runs `python -m bench.speed.counted NAME JSON` under valgrind, which prints how
many instructions were executed while the requests were answered, and nothing else.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import random
import re
import shutil
import subprocess
import sys
from typing import Any

import uvloop

from bench.speed.inprocess import Driver, request

REQUESTS = 60
WARM = 40
MARK = "PyRun_SimpleStringFlags"
"""Only what this function of the interpreter runs is counted."""


def count(name: str, **wishes: Any) -> float:
    """Return the instructions of one request to one of `bench.speed.inprocess.APPLICATIONS`."""
    if shutil.which("valgrind") is None:
        raise RuntimeError("counting instructions needs valgrind: apt-get install valgrind")
    command = ["valgrind", "--tool=callgrind", f"--toggle-collect={MARK}"]
    command += ["--callgrind-out-file=/dev/null", sys.executable, "-m", "bench.speed.counted"]
    told = subprocess.run(
        [*command, name, json.dumps(wishes)],
        env={**os.environ, "PYTHONHASHSEED": "0", "ORT_DISABLE_TELEMETRY": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    found = re.search(r"Collected : (\d+)", told)
    assert found, told
    return int(found[1]) / REQUESTS


WORDS = (
    "the", "a", "of", "and", "to", "in", "is", "it", "you", "that", "he", "was", "for", "on", "are",
    "with", "as", "his", "they", "be",
)  # fmt: skip


def _words(number: int, new: bool) -> dict[str, str]:
    chosen = random.Random(number)
    return {"words": " ".join(chosen.choice(WORDS) for _ in range(8))} if new else {}


def main(name: str, wishes: dict[str, Any]) -> None:
    """Answer requests, some of them counted."""
    new = bool(wishes.pop("new", False))
    asked = [request(**wishes, **_words(number, new)) for number in range(WARM + REQUESTS)]
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    driver = Driver(name)

    async def ask(requests: list[bytes]) -> None:
        for one in requests:
            await driver.ask(one)

    loop.run_until_complete(ask(asked[:WARM]))
    sys.modules["__main__"].__dict__["counted"] = lambda: loop.run_until_complete(ask(asked[WARM:]))
    ctypes.pythonapi.PyRun_SimpleString(b"import __main__; __main__.counted()")
    loop.close()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
