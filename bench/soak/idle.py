"""Ten thousand connections that ask nothing: `python -m bench.soak.idle [CONNECTIONS] [--write]`.

They stay open while one client asks; then half of them leave, and the others ask too. Takes as
many as the system lets two processes have, says so, and exits with 1 where one is not answered.
`--write` puts the figures into docs/reliability.md.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from bench.marks import between
from bench.soak.acts import BUILT_IN, CHAT, MODEL, PATIENCE
from bench.soak.figures import PAGE
from bench.soak.watched import Sample, sampled
from bench.speed.server import Server, ours, serving

CONNECTIONS = 10_000
SPARE = 500
"""Descriptors that a process needs for anything else."""
AT_ONCE = 200
"""Connections that are made at a time."""
LOOKS = 50
MEMORY = 250.0
"""MB that are never exceeded."""
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Crowd:
    """What came of a crowd."""

    size: int
    before: Sample
    during: Sample
    healths: Sequence[float]
    """Seconds of each look at `/healthz` while all were idle."""
    whole: int
    """Status of an answer meanwhile."""
    done: bool
    """A stream meanwhile was whole."""
    answered: int
    """Of those that stayed, how many were answered when they asked at last."""


async def crowded(server: Server, size: int) -> Crowd:
    """Let so many connections idle before a mock."""
    before = sampled(server.pid, 0.0)
    idle: list[Connection] = []
    while len(idle) < size:
        more = min(AT_ONCE, size - len(idle))
        opening = (asyncio.open_connection("127.0.0.1", server.port) for _ in range(more))
        idle += await asyncio.gather(*opening)
    asked = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
    key = {"authorization": f"Bearer {BUILT_IN}"}
    base = f"http://127.0.0.1:{server.port}"
    healths = []
    async with httpx.AsyncClient(base_url=base, headers=key, timeout=PATIENCE) as http:
        for _ in range(LOOKS):
            began = time.monotonic()
            assert (await http.get("/healthz")).status_code == 200
            healths.append(time.monotonic() - began)
        whole = await http.post(CHAT, json=asked)
        streamed = await http.post(CHAT, json={**asked, "stream": True})
    during = sampled(server.pid, statistics.median(healths))
    for _, writer in idle[::2]:
        writer.close()
    answers = [await _asks(connection) for connection in idle[1::2]]
    return Crowd(
        size, before, during, healths, whole.status_code,
        streamed.text.endswith("data: [DONE]\n\n"), sum(answers),
    )  # fmt: skip


async def _asks(connection: Connection) -> bool:
    reader, writer = connection
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    return answer.startswith(b"HTTP/1.1 200 ")


def rows(crowd: Crowd) -> list[tuple[str, str]]:
    """Return what was measured, in words and figures."""
    each = (crowd.during.memory - crowd.before.memory) * 1000 / crowd.size
    return [
        ("connections that ask nothing", f"{crowd.size:,}"),
        (
            "memory before, meanwhile; of each",
            f"{crowd.before.memory:.0f} MB, {crowd.during.memory:.0f} MB; {each:.1f} kB",
        ),
        (
            "health meanwhile: median, worst",
            f"{statistics.median(crowd.healths) * 1000:.0f} ms, {max(crowd.healths) * 1000:.0f} ms",
        ),
        ("answered at last, of those that stayed", f"{crowd.answered:,} of {crowd.size // 2:,}"),
    ]


def judged(crowd: Crowd) -> list[str]:
    """Return a sentence for whatever is not as it has to be."""
    found = []
    if crowd.whole != 200 or not crowd.done:
        found.append("a client who asked meanwhile was not served")
    if crowd.answered != crowd.size // 2:
        found.append(f"{crowd.size // 2 - crowd.answered} that stayed were not answered")
    if crowd.during.memory > MEMORY:
        found.append(f"memory reached {crowd.during.memory:.0f} MB")
    return found


def main(arguments: list[str]) -> int:
    """Let as many idle as the arguments ask for and the system allows."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    numbers = [int(word) for word in arguments if word != "--write"]
    wanted = numbers[0] if numbers else CONNECTIONS
    size = min(wanted, hard - SPARE)
    if size < wanted:
        print(f"only {size} connections: this system allows {hard} descriptors (ulimit -Hn)")
    # Of the connection bounds, the one on those that have asked nothing yet is what is held off.
    with serving("mock", ours("--head-seconds", "600")) as server:
        crowd = asyncio.run(crowded(server, size))
    for row in rows(crowd):
        print(*row, sep="\t")
    wrong = judged(crowd)
    print("\n".join(wrong))
    if "--write" in arguments:
        page = between(PAGE.read_text("utf-8"), "idle", ("", ""), rows(crowd))
        PAGE.write_text(page, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
