"""Judges the small Gemma in each of its voices, in both scopes, with every key of the mock.

Run as `python -m bench.voices [VOICE ...]`; a voice is `base` or the name of an adapter. Exits 1
unless all that applies is kept, SHOULD included.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from conformance.report import Report
from conformance.session import Options, bundled_target, hold
from conformance.verdict import Verdict
from openapi import Scope, contract

BASE = "base"
VOICES = (BASE, "pirate", "json")
ENGINE = ("--engine", "gemma")
FINE = (Verdict.PASS, Verdict.NOT_APPLICABLE)


def judged(voice: str, scope: Scope, engine: tuple[str, ...] = ENGINE) -> Report:
    """Hold every conversation with a mock that has the model to itself, and judge it."""
    facts = contract().model
    assert facts is not None
    model = facts.id if voice == BASE else f"{facts.id}{facts.adapter_separator}{voice}"
    with bundled_target(engine) as (target, keys):
        run = asyncio.run(hold(replace(target, model=model, scope=scope), keys, Options()))
    return run.report()


def unclean(report: Report) -> Iterator[str]:
    """A line for each ruling that is neither kept nor out of place."""
    for ruling in report.rulings:
        if ruling.verdict not in FINE:
            said = " ".join(f"{one.where}: {one.actual}" for one in ruling.findings[:1])
            yield f"{ruling.requirement} {ruling.verdict}: {ruling.reason} {said}"


def main() -> None:
    """Judge and print."""
    good = True
    for voice in sys.argv[1:] or VOICES:
        for scope in Scope:
            report = judged(voice, scope)
            counts = Counter(ruling.verdict for ruling in report.rulings)
            shown = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
            print(f"{voice:8} {scope:8} {shown}", flush=True)
            for line in unclean(report):
                good = False
                print(f"    {line}", flush=True)
            for ruling in report.rulings:
                if ruling.verdict is Verdict.NOT_APPLICABLE:
                    print(f"    · {ruling.requirement}: {ruling.reason}", flush=True)
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
