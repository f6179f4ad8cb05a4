"""Panel: the clean mock, every legal variant and every fault, each judged; writes docs/panel.md.

A fault must turn its own requirement red; the clean mock and the variants must break nothing, in
both scopes. Every member is judged in full, so that the panel also shows which judges overlap;
`--quick` judges each fault by its own requirement only.

Mock and suite share a process and a time in which waits are over at once (`bench.hurried`). What
all members need is made before the workers are, and shared by them.
"""

from __future__ import annotations

import argparse
import asyncio
import concurrent.futures
import gc
import logging
import os
import resource
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.hurried import Hurried
from bench.panel_page import page
from conformance import judging
from conformance.bundled import KEYS
from conformance.catalogue import catalogue
from conformance.session import Options, hold
from conformance.target import Budget, Target
from conformance.verdict import Verdict
from mock_server.app import build
from mock_server.beside import running
from mock_server.faults import fault
from mock_server.settings import Settings
from mock_server.variants import variant
from openapi import Scope, contract

RED = (Verdict.FAIL, Verdict.WARN, Verdict.UNTESTABLE, Verdict.INCONCLUSIVE)
ROOMY = Budget(requests=3000, tokens=3_000_000, usd=10.0, seconds=300.0)
DOCUMENT = Path(__file__).parent.parent / "docs" / "panel.md"


@dataclass(frozen=True, slots=True)
class Member:
    """One gateway of the panel."""

    kind: str
    """`clean`, `variant` or `fault`."""
    name: str
    scope: Scope

    @property
    def requirement(self) -> str:
        """The id a fault breaks; its flavour is cut off."""
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the suite said of a member."""

    member: Member
    red: tuple[tuple[str, str], ...]
    """Requirement and verdict, of every one that is not PASS or NOT_APPLICABLE."""
    seconds: float
    requests: int

    @property
    def caught(self) -> bool:
        """Whether a fault turned its own requirement red."""
        return any(identity == self.member.requirement for identity, _ in self.red)

    @property
    def wrong(self) -> bool:
        """Whether a fault escaped, or a legal server was accused."""
        return not self.caught if self.member.kind == "fault" else bool(self.red)


def members() -> list[Member]:
    """Return the whole panel; a fault is judged in the scope where its requirement weighs most."""
    found = [Member("clean", "clean", scope) for scope in Scope]
    found += [
        Member("variant", name, scope)
        for name, acts in variant.known().items()
        for scope in Scope
        # What stands in `variants/anywhere.py` is legal wherever this contract is not the law.
        if scope is Scope.ANY or not acts[0].act.__module__.endswith(".anywhere")
    ]
    ids = {each.id: each for each in contract().requirements}
    for name in fault.known():
        requirement = ids.get(name.partition("/")[0])
        if requirement is not None and requirement.excluded is None:
            scope = Scope.GATEWAY if requirement.level(Scope.GATEWAY) else Scope.ANY
            found.append(Member("fault", name, scope))
    return found


def judge(member: Member, only: str | None = None) -> Outcome:
    """Serve a member in this process and judge it, in full or by some requirements."""
    settings = Settings(
        faults=(member.name,) if member.kind == "fault" else (),
        variants=(member.name,) if member.kind == "variant" else (),
    )
    keys = KEYS if member.scope is Scope.GATEWAY else {"valid": KEYS["valid"]}
    began, hurried = time.monotonic(), Hurried()
    options = Options(only=only, clock=hurried.clock, sleep=hurried.sleep)
    with running(build(settings, clock=hurried.nanoseconds)) as port:
        url = f"http://127.0.0.1:{port}/v1"
        target = Target(url, scope=member.scope, budget=ROOMY, model=settings.model.id)
        run = asyncio.run(hold(target, keys, options))
    rulings = judging.judge(run.held.docket(), catalogue(contract()), run.only)
    red = tuple((each.requirement, each.verdict.value) for each in rulings if each.verdict in RED)
    spent = run.header.spent["requests"]
    return Outcome(member, red, time.monotonic() - began, int(spent))


def _judge(work: tuple[Member, bool]) -> Outcome:
    member, quick = work
    only = member.requirement if quick and member.kind == "fault" else None
    try:
        return judge(member, only)
    except Exception as error:  # One that breaks the suite itself is wrong, and not the last.
        return Outcome(member, (("the suite broke", f"{type(error).__name__}: {error}"),), 0.0, 0)
    finally:
        gc.collect()


def prepare() -> None:
    """Make what every member needs: chapters, schemas, faults, and one run of the clean mock."""
    logging.disable(logging.CRITICAL)
    members()
    judge(Member("clean", "clean", Scope.GATEWAY))
    # What is there now stays; the workers collect what they leave after each member.
    gc.collect()
    gc.freeze()
    gc.disable()


def panel(chosen: Sequence[Member], *, quick: bool, jobs: int) -> Iterable[Outcome]:
    """Judge members side by side, each worker one at a time; legal ones, which take long, first."""
    prepare()
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_judge, [(member, quick) for member in chosen])


def main() -> int:
    """Run the panel; exit 1 when a fault escapes or a legal server is accused."""
    parser = argparse.ArgumentParser(prog="python -m bench.panel", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="each fault by its own requirement")
    parser.add_argument("--only", default="", help="members whose name begins so")
    # Two for each core, since mock and suite wait for each other.
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--write", action="store_true", help="write docs/panel.md")
    arguments = parser.parse_args()
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    began = time.monotonic()
    chosen = [each for each in members() if each.name.startswith(arguments.only)]
    outcomes = []
    for outcome in panel(chosen, quick=arguments.quick, jobs=arguments.jobs):
        outcomes.append(outcome)
        member = outcome.member
        if outcome.wrong:
            print(f"{member.kind} {member.name} ({member.scope}): {list(outcome.red)[:8]}")
    if arguments.write:
        DOCUMENT.write_text(page(outcomes), encoding="utf-8")
    faults = [each for each in outcomes if each.member.kind == "fault"]
    escaped = [each for each in faults if each.wrong]
    alarms = [each for each in outcomes if each.member.kind != "fault" and each.wrong]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    slowest = sorted(outcomes, key=lambda each: -each.seconds)[:5]
    print(
        f"{len(faults) - len(escaped)} of {len(faults)} faults caught, {len(alarms)} false alarms "
        f"in {len(outcomes) - len(faults)} legal runs\n"
        f"{time.monotonic() - began:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor; "
        f"longest: {', '.join(f'{each.member.name} {each.seconds:.0f} s' for each in slowest)}"
    )
    return 1 if escaped or alarms else 0


if __name__ == "__main__":
    raise SystemExit(main())
