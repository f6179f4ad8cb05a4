"""Fuzz the mock with our own cases and with Schemathesis in one run: cases a second, and the ratio.

Run as `python -m bench.fuzz [CASES]`. Every case of ours is sent, kept, read by every judge of
exchanges and weighed by the contract; theirs is the fuzzing phase of the same operation.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

from conformance.budget import Governor
from conformance.fuzz.described import Described
from conformance.fuzz.schema_engine import Wishes
from conformance.redaction import Secrets
from conformance.session import Options, bundled_target, hold
from conformance.target import Budget, Target
from openapi import contract

CASES = 2000
EXAMPLES = 60
OPERATION = ("POST", "/chat/completions")
ROOM = Budget(requests=100_000, tokens=50_000_000, usd=100.0, seconds=3600.0)


def ours(target: Target, keys: dict[str, str], cases: int) -> tuple[float, float]:
    """Return cases a second, and processor seconds a case of this process."""
    with tempfile.TemporaryDirectory() as folder:
        options = Options(seed=7, evidence=Path(folder) / "evidence", fuzz=cases)
        roomy = Target(target.url, keys=target.keys, budget=ROOM)
        before = time.process_time()
        run = asyncio.run(hold(roomy, keys, options))
        spent = time.process_time() - before
    assert run.harvest is not None
    return run.harvest.rate, spent / cases


def theirs(target: Target, key: str) -> float:
    """Return cases a second of the fuzzing phase."""
    law = contract()
    times: list[float] = []
    operation = [each for each in law.operations if (each.method, each.path) == OPERATION]
    described = Described(
        law,
        operation,
        Governor(ROOM),
        Secrets({"valid": key}),
        lambda exchange: (
            times.append(exchange.began) if exchange.request.label.startswith("fuzz") else None
        ),
    )
    model = law.model
    assert model is not None
    described.perform(
        Wishes(
            target.url,
            seed=7,
            examples=EXAMPLES,
            headers={"Authorization": f"Bearer {key}"},
            pinned={"model": model.id},
        )
    )
    return (len(times) - 1) / (max(times) - min(times)) if len(times) > 1 else 0.0


def main() -> None:
    """Measure and print."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    with bundled_target() as (target, keys):
        rate, processor = ours(target, keys, cases)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        other = theirs(target, keys["valid"])
    print(
        f"ours, fully judged     {rate:8.1f} cases/s   {processor * 1000:.1f} ms of processor each"
    )
    print(f"Schemathesis, fuzzing  {other:8.1f} cases/s")
    print(f"ratio                  {rate / other if other else 0:8.1f}")
    print(f"peak memory            {memory:8.0f} MiB for {cases} cases")


if __name__ == "__main__":
    main()
