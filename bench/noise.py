"""How often noise makes a conforming gateway fail: whole runs in which 5 % of the requests drown.

Run as `python -m bench.noise [RUNS] [SCOPE]`. A third each of the noise is 429, 503 and a reset,
drawn anew for every try of every request. Prints each run that says FAIL, and the share of them.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from dataclasses import replace

from conformance import interrupting, session
from conformance.bundled import KEYS
from conformance.exchange import Ending, Exchange, Request
from conformance.session import Options, hold
from conformance.target import Budget, Target
from conformance.verdict import Verdict
from mock_server.beside import serving
from openapi import Scope, contract

RUNS = 100
SHARE = 0.05
ROOM = Budget(requests=20_000, tokens=20_000_000, usd=100.0, seconds=600.0)
BODY = b'{"error":{"message":"busy","type":"server_error","param":null,"code":null}}'
HEADERS = (("content-type", "application/json"), ("retry-after", "1"))


class NoisyEdge(session.Edge):
    """An edge on which some requests drown before they reach the target."""

    dice = random.Random(0)

    async def perform(self, request: Request) -> Exchange:
        """Send a request, or lose it."""
        if self.dice.random() >= SHARE:
            return await super().perform(request)
        blank = Exchange(request, Ending.COMPLETE, version="HTTP/1.1", headers_at=0.001)
        status = self.dice.choice((429, 503, None))
        if status is None:
            return replace(blank, ending=Ending.RESET, headers_at=None)
        return replace(blank, status=status, headers=HEADERS, body=BODY)


async def briefly(stop: interrupting.Stop, seconds: float) -> None:
    """Wait no longer than the arithmetic of this measurement needs."""
    await asyncio.sleep(min(seconds, 0.002))


def main() -> None:
    """Run, and print what failed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    scope = Scope(sys.argv[2]) if len(sys.argv) > 2 else Scope.ANY
    facts = contract().model
    assert facts is not None
    session.Edge = NoisyEdge  # type: ignore[misc]
    interrupting.Stop.sleep = briefly  # type: ignore[assignment, method-assign]
    failed, drowned = 0, Counter[str]()
    with serving() as url:
        target = Target(url, model=facts.id, scope=scope, budget=ROOM)
        for seed in range(runs):
            NoisyEdge.dice = random.Random(seed)
            run = asyncio.run(hold(target, {"valid": KEYS["valid"]}, Options()))
            rulings = run.report().rulings
            bad = [each.requirement for each in rulings if each.verdict is Verdict.FAIL]
            drowned[", ".join(bad)] += bool(bad)
            failed += bool(bad)
            if bad:
                print(f"run {seed}: {', '.join(bad)}", flush=True)
    print(f"{failed} of {runs} runs in scope {scope.value} say FAIL at {SHARE:.0%} of noise")


if __name__ == "__main__":
    main()
