"""Load on a server: wrk for whole answers, a client of our own for streams. Knows no server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.speed.server import KEY, Server, body

CONNECTIONS = 32
_RATE = re.compile(r"(\d+) requests in ([\d.]+)(m?s)")
_ERRORS = re.compile(r"Socket errors: (.*)|Non-2xx or 3xx responses: (\d+)")


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one round."""

    answers: int
    seconds: float
    """Of the clock."""
    cpu: float
    """Processor seconds of the server."""
    events: float = 0.0
    """Events of a stream, on average."""
    first: float = 0.0
    """Median milliseconds to the first event."""
    errors: str = ""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    @property
    def each(self) -> float:
        """Processor microseconds of the server for one answer."""
        return self.cpu / self.answers * 1e6 if self.answers else float("inf")


def whole(server: Server, seconds: float, *, new: bool = False) -> Load:
    """Ask for whole answers with wrk; `new` makes every prompt one never seen before."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "body.json"
        asked.write_bytes(body())
        script = Path(__file__).with_name("post.lua")
        # wrk takes whole seconds.
        words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s"]
        words += ["--timeout", "10s", "-s", str(script), server.url]
        given = {"BENCH_BODY": str(asked), "BENCH_KEY": KEY, **({"BENCH_NEW": "1"} if new else {})}
        before = server.cpu()
        told = subprocess.run(
            words, env={**os.environ, **given}, capture_output=True, text=True, check=True
        ).stdout
        spent = server.cpu() - before
    found = _RATE.search(told)
    assert found, told
    took = float(found[2]) / (1000 if found[3] == "ms" else 1)
    errors = "; ".join(filter(None, (a or b for a, b in _ERRORS.findall(told))))
    return Load(int(found[1]), took, spent, errors=errors)


def streams(server: Server, seconds: float, tokens: int = 17) -> Load:
    """Read streams of at most `tokens` tokens, to their ends."""
    command = [sys.executable, "-m", "bench.speed.reader", str(server.port), str(seconds)]
    asked = body(stream=True, max_tokens=tokens)
    before = server.cpu()
    told = subprocess.run(
        command, input=asked, capture_output=True, check=True, timeout=seconds + 60
    ).stdout
    spent = server.cpu() - before
    done, events, broken, took, first = told.split()
    errors = f"{int(broken)} broken streams" if int(broken) else ""
    answers = int(done)
    return Load(answers, float(took), spent, int(events) / max(1, answers), float(first), errors)
