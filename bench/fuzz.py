"""Fuzz the mock with our own cases and with Schemathesis in one run: cases a second, and the ratio.

Run as `python -m bench.fuzz [CASES]`. Every case of ours is sent, kept, read by every judge of
exchanges and weighed by the contract; theirs is the fuzzing phase of the same operation. A request
that was made before tells nothing new, so that different requests are counted too.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from conformance.budget import Governor
from conformance.exchange import Exchange, Request
from conformance.fuzz.blocking import blocking
from conformance.fuzz.campaign import Campaign, Plan
from conformance.fuzz.described import Described, Line
from conformance.fuzz.harvest import Harvest
from conformance.fuzz.kin import Family
from conformance.fuzz.schema_engine import Wishes
from conformance.redaction import Secrets
from conformance.session import Options, bundled_target, hold
from conformance.target import Budget, Target
from conformance.wire import Settings, origin
from openapi import contract

CASES = 5000
EXAMPLES = 400
OPERATION = ("POST", "/chat/completions")
ROOM = Budget(requests=100_000, tokens=500_000_000, usd=1000.0, seconds=3600.0)


@dataclass(slots=True)
class Pace:
    """How fast cases went by."""

    cases: int = 0
    different: set[int] = field(default_factory=set)
    began: float = 0.0
    ended: float = 0.0
    processor: float = 0.0
    """Seconds of this process."""

    def take(self, request: Request) -> None:
        """Count a case that was performed and judged just now."""
        self.ended = time.monotonic()
        self.began = self.began or self.ended
        self.cases += 1
        self.different.add(hash((request.body, request.headers, request.sending, request.manner)))

    @property
    def rate(self) -> float:
        """Cases a second."""
        return (self.cases - 1) / max(self.ended - self.began, 1e-9)

    @property
    def fresh(self) -> float:
        """Different requests a second."""
        return self.rate * len(self.different) / max(self.cases, 1)

    def line(self, name: str) -> str:
        """Return a row of the table."""
        spent = 1000 * self.processor / max(self.cases, 1)
        return f"{name:<24}{self.rate:9.1f} /s {self.fresh:9.1f} different/s {spent:7.2f} ms each"


def ours(target: Target, keys: dict[str, str], cases: int) -> Pace:
    """Return the pace of our own fuzz, from its first case to its last."""
    pace = Pace()
    run, take = Campaign.run, Harvest.take

    async def timed(campaign: Campaign, plan: Plan) -> None:
        before = time.process_time()
        await run(campaign, plan)
        pace.processor = time.process_time() - before

    def counted(harvest: Harvest, family: Family) -> frozenset[str]:
        shown = take(harvest, family)
        for reading in family.readings:
            pace.take(reading.exchange.request)
        return shown

    with tempfile.TemporaryDirectory() as folder:
        options = Options(seed=7, evidence=Path(folder) / "evidence", fuzz=cases)
        roomy = Target(target.url, keys=target.keys, budget=ROOM)
        Campaign.run, Harvest.take = timed, counted  # type: ignore[method-assign, assignment]
        try:
            asyncio.run(hold(roomy, keys, options))
        finally:
            Campaign.run, Harvest.take = run, take  # type: ignore[method-assign]
    return pace


def theirs(target: Target, key: str) -> Pace:
    """Return the pace of Schemathesis' fuzzing phase; its processor time is of all its phases."""
    law, pace, counts = contract(), Pace(), [0]
    operation = [each for each in law.operations if (each.method, each.path) == OPERATION]

    def take(exchange: Exchange) -> None:
        counts[0] += 1
        if exchange.request.label.startswith("fuzz"):
            pace.take(exchange.request)
            pace.ended = exchange.began
            pace.began = min(pace.began, exchange.began) if pace.cases > 1 else exchange.began

    described = Described(law, operation, Governor(ROOM), Secrets({"valid": key}), take)
    model = law.model
    assert model is not None
    before = time.process_time()
    wishes = Wishes(
        target.url,
        seed=7,
        examples=EXAMPLES,
        headers={"Authorization": f"Bearer {key}"},
        pinned={"model": model.id},
    )
    with blocking(Settings(target.url), described.secrets) as perform:
        described.perform(wishes, Line(origin(target.url).base_path, perform))
    pace.processor = (time.process_time() - before) * pace.cases / max(counts[0], 1)
    return pace


def main() -> None:
    """Measure and print."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    with bundled_target() as (target, keys):
        us = ours(target, keys, cases)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        them = theirs(target, keys["valid"])
    print(us.line("ours, fully judged"))
    print(them.line("Schemathesis, fuzzing"))
    print(f"{'ratio':<24}{us.rate / them.rate:9.1f}    {us.fresh / them.fresh:9.1f}")
    print(f"{'peak memory':<24}{memory:9.0f} MiB for {us.cases} cases")


if __name__ == "__main__":
    main()
