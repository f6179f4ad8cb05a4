"""Soak the mock: `python -m bench.soak [SECONDS [CLIENTS]] [--write]`, 20 minutes by default.

Prints what it held and exits with 1 where something was not as it has to be; with `--write` puts
the figures into docs/reliability.md.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time

import httpx

from bench.soak.acts import LEAVES, PATIENCE, PAYS, Client, act
from bench.soak.figures import PAGE, Figures, judged, rows, written
from bench.soak.watched import Sample, sampled
from bench.speed.server import Server, ours, serving

SECONDS = 1_200.0
CLIENTS = 12
EVERY = 1.0
"""Seconds between two looks at the process, at most."""
SETTLES = 20.0
"""Seconds within which nothing is in flight any more when the clients have left."""


async def soak(server: Server, seconds: float, clients: int) -> Figures:
    """Have clients act on a mock for so long, and return what came of it."""
    control = {"authorization": f"Bearer {server.token}"}
    until = time.monotonic() + seconds
    samples: list[Sample] = []
    base = f"http://127.0.0.1:{server.port}"
    at_rest = sampled(server.pid, 0.0)
    async with httpx.AsyncClient(base_url=base, timeout=PATIENCE) as http:
        everyone = [Client(server.port, random.Random(number), http) for number in range(clients)]

        async def live(client: Client) -> None:
            while time.monotonic() < until:
                await act(client)

        async def watch() -> None:
            while time.monotonic() < until:
                began = time.monotonic()
                answer = await http.get("/healthz")
                assert answer.status_code == 200
                samples.append(sampled(server.pid, time.monotonic() - began))
                await asyncio.sleep(min(EVERY, seconds / 40))

        await asyncio.gather(watch(), *map(live, everyone))
    async with httpx.AsyncClient(base_url=f"{base}/__gonogo__/", timeout=PATIENCE) as http:
        deadline = time.monotonic() + SETTLES
        while True:
            books = (await http.get("ledger", headers=control)).json()
            left = sampled(server.pid, 0.0)
            quiet = not books["held"] and left.descriptors <= at_rest.descriptors + 1
            if quiet or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.5)
    return Figures(
        seconds, clients, [(each.done, each.wrong, each.owed) for each in everyone],
        samples, at_rest, left, books,
    )  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run the soak that the arguments ask for."""
    numbers = [float(word) for word in arguments if word != "--write"]
    seconds, clients = (*numbers, *(SECONDS, CLIENTS)[len(numbers) :])[:2]
    with serving("mock", ours("--key", PAYS, "--key", LEAVES)) as server:
        figures = asyncio.run(soak(server, seconds, int(clients)))
    for row in rows(figures):
        print(*row, sep="\t")
    wrong = judged(figures)
    for sentence in wrong:
        print(sentence)
    if "--write" in arguments:
        PAGE.write_text(written(PAGE.read_text("utf-8"), figures), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
