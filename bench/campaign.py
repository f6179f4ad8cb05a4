"""Hunt every fault with the fuzz alone: which are found, after how many cases, how small shrunk.

Run as `python -m bench.campaign [--cases N] [--only PREFIX,...] [--jobs N] [--write]`. Each fault
gets a mock of its own and cases until its requirement is broken, at most N; one whose requirement
takes a longer conversation, until any is. What was found is shrunk, and judged again from its
evidence alone. The chapters are those whose promises one exchange can break.
"""

from __future__ import annotations

import argparse
import asyncio
import concurrent.futures
import functools
import itertools
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.budget import Governor
from conformance.bundled import KEYS, bundled_mock
from conformance.catalogue import EveryExchange, catalogue
from conformance.evidence import Header
from conformance.evidence_file import read_evidence
from conformance.exchange import Setting
from conformance.fuzz.campaign import Campaign, Plan
from conformance.fuzz.cause import Cause
from conformance.fuzz.harvest import Harvest, families
from conformance.keeper import Keeper
from conformance.perform import Performer
from conformance.redaction import Secrets
from conformance.session import Options, Run, bundled_target, hold
from conformance.target import Budget
from conformance.wire import Edge, Settings
from mock_server.faults import fault
from openapi import contract

CHAPTERS = ("request", "usage", "framing", "stream", "errors", "always")
CASES = 2000
SEED = 7
ROOM = Budget(requests=100_000, tokens=500_000_000, usd=1000.0, seconds=3600.0)
DOCUMENT = Path(__file__).parent.parent / "docs" / "fuzz-campaign.md"


ABOUT = (
    "A fault is a lie that the mock tells on purpose, called after the requirement that it breaks.",
    "Here the [fuzz](fuzz.md) hunts each of them without a single one of the conversations that",
    "`gonogo check` holds, and with one key: what takes a key in another state, time, or a",
    "conversation of several requests it cannot find, and [the panel](panel.md) shows that the",
    "whole suite does. *Cases* are those until it was found, *bytes* those of the smallest body",
    "that still shows it.",
)


@dataclass(frozen=True, slots=True)
class Hunt:
    """What became of one fault."""

    fault: str
    visible: bool
    """Whether a judge that reads single exchanges, or twins, judges its requirement."""
    cases: int
    """Cases until it was found, or all."""
    found: bool = False
    """Whether its own requirement is broken."""
    caught: bool = False
    """Whether any requirement is."""
    bytes: int = 0
    """Of the shrunk body."""
    retold: bool = False
    """Whether the evidence alone gives the same causes."""
    also: tuple[str, ...] = ()
    """Other requirements that were broken on the way."""


def prey(prefixes: Sequence[str]) -> list[str]:
    """Return the faults to hunt."""
    ids = {each.id: each for each in contract().requirements}
    return [
        name
        for name in fault.known()
        if name.partition("/")[0] in ids
        and ids[name.partition("/")[0]].excluded is None
        and any(name.startswith(prefix) for prefix in prefixes)
    ]


def clean_run(cases: int) -> Run:
    """Return a run with the clean mock: every capability found out, and what a fuzz judges."""
    with bundled_target() as (target, keys):
        roomy = replace(target, budget=ROOM)
        return asyncio.run(hold(roomy, keys, Options(SEED, fuzz=cases)))


async def _hunt(
    url: str, requirement: str, visible: bool, setting: Setting, folder: Path, cases: int
) -> Harvest:
    law = contract()

    def over(harvest: Harvest) -> bool:
        return bool(_of(harvest, requirement) if visible else harvest.causes)

    secrets = Secrets({"valid": KEYS["valid"]})
    keeper = Keeper(folder)
    keeper.begin(Header(url, setting))
    began = time.monotonic()
    harvest = Harvest(setting, law, catalogue(law))
    async with Edge(Settings(url), secrets) as edge:
        performer = Performer(
            edge,
            Governor(ROOM),
            clock=lambda: time.monotonic() - began,
            sleep=asyncio.sleep,
            keep=keeper.write,
            remembers=False,
        )
        numbers = itertools.takewhile(lambda number: not over(harvest), range(cases))
        campaign = Campaign(performer, harvest, 8)
        await campaign.run(Plan(cases, shrink=False, numbers=numbers))
        # A legal request that was refused has its right name when one feature is left of it.
        await campaign.shrink((_of(harvest, requirement) or list(harvest.causes.values()))[:3])
    keeper.finish(whole=True)
    return harvest


def _of(harvest: Harvest, requirement: str) -> list[Cause]:
    return [each for each in harvest.causes.values() if each.requirement == requirement]


def _told(harvest: Harvest) -> list[tuple[object, ...]]:
    return [
        (key, cause.count, cause.first, cause.exchange.request.body, cause.finding)
        for key, cause in sorted(harvest.causes.items())
    ]


def visible(name: str, clean: Run) -> bool:
    """Tell whether a judge of exchanges, or of pairs of them, judges what a fault breaks."""
    requirement = name.partition("/")[0]
    judge = catalogue(contract()).entry(requirement).judge
    assert clean.harvest is not None
    return isinstance(judge, EveryExchange) or requirement in clean.harvest.judged


def hunt(name: str, clean: Run, cases: int) -> Hunt:
    """Hunt one fault."""
    law, requirement = contract(), name.partition("/")[0]
    setting, seen = clean.held.setting, visible(name, clean)
    with bundled_mock(("--fault", name)) as url, tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "evidence"
        harvest = asyncio.run(_hunt(url, requirement, seen, setting, folder, cases))
        again = Harvest(setting, law, catalogue(law))
        for family in families(read_evidence(folder).exchanges, setting):
            again.take(family)
    found = _of(harvest, requirement)
    also = {cause.requirement for cause in harvest.causes.values()} - {requirement}
    return Hunt(
        name,
        seen,
        harvest.cases,
        bool(found),
        bool(harvest.causes),
        min((len(cause.exchange.request.body or b"") for cause in found), default=0),
        _told(again) == _told(harvest),
        tuple(sorted(also)),
    )


def summary(hunts: Sequence[Hunt]) -> Iterator[str]:
    """Yield the sentences that sum up."""
    for words, chosen in (
        (
            "that one exchange, or two modes of one request, can show",
            [h for h in hunts if h.visible],
        ),
        ("in all of these chapters", list(hunts)),
    ):
        for verb, number in (
            ("found by their own requirement", sum(each.found for each in chosen)),
            ("found at all", sum(each.caught for each in chosen)),
        ):
            rate = 100 * number / max(len(chosen), 1)
            yield f"**{rate:.1f} %** ({number} of {len(chosen)}) {verb}, of the faults {words}"
    found = [each for each in hunts if each.found]
    if found:
        sizes = [each.bytes for each in found]
        yield f"shrunk to a median of {statistics.median(sizes):.0f} bytes, at most {max(sizes)}"
        yield f"found after a median of {statistics.median(h.cases for h in found):.0f} cases"
        yield f"told again from evidence alone: {sum(h.retold for h in found)} of {len(found)}"


def document(hunts: Sequence[Hunt], cases: int) -> str:
    """Return docs/fuzz-campaign.md."""
    lines = ["# What the fuzz finds alone", "", "Generated by `make campaign`; do not edit.", ""]
    lines += [*ABOUT, ""]
    lines += [f"Each fault of the mock was hunted with at most {cases} cases, seed {SEED}:", ""]
    lines += [f"- {sentence}" for sentence in summary(hunts)]
    for title, chosen in (
        ("Not found, though an exchange or a pair can show it",
         [each for each in hunts if not each.caught and each.visible]),
        ("Not found, since it takes a longer conversation",
         [each for each in hunts if not each.caught and not each.visible]),
        ("Found under other names", [each for each in hunts if each.caught and not each.found]),
        ("Found by their own requirement", [each for each in hunts if each.found]),
    ):  # fmt: skip
        lines += ["", f"## {title}", "", *_rows(chosen)]
    return "\n".join(lines) + "\n"


def _rows(hunts: Iterable[Hunt]) -> list[str]:
    rows = ["| fault | cases | bytes shrunk | other requirements broken |", "|---|---|---|---|"]
    for each in hunts:
        size, also = each.bytes if each.found else "", ", ".join(each.also[:4])
        rows.append(f"| {each.fault} | {each.cases} | {size} | {also} |")
    return rows


def campaign(names: Sequence[str], clean: Run, cases: int, jobs: int) -> Iterator[Hunt]:
    """Hunt faults side by side, each worker one at a time; yield in the order of their names."""
    # The run with the clean mock is too large to be sent: what is forked has it.
    workers = multiprocessing.get_context("fork")
    _FORKED[:] = [clean]
    with concurrent.futures.ProcessPoolExecutor(jobs, workers) as pool:
        yield from pool.map(functools.partial(_forked, cases=cases), names)


_FORKED: list[Run] = []


def _forked(name: str, cases: int) -> Hunt:
    return hunt(name, _FORKED[0], cases)


def main() -> None:
    """Hunt, print, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.campaign", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--only", default=",".join(f"{chapter}." for chapter in CHAPTERS))
    parser.add_argument("--visible", action="store_true", help="only what exchanges or pairs show")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help="write docs/fuzz-campaign.md")
    arguments = parser.parse_args()
    clean = clean_run(arguments.cases)
    assert clean.harvest is not None
    print(f"clean: {sorted(clean.harvest.causes) or 'nothing'}")
    names = prey(arguments.only.split(","))
    if arguments.visible:
        names = [name for name in names if visible(name, clean)]
    hunts = []
    for each in campaign(names, clean, arguments.cases, arguments.jobs):
        hunts.append(each)
        word = f"after {each.cases} cases, {each.bytes} bytes" if each.found else "not named"
        word = word if each.caught else "NOT FOUND"
        print(
            f"{each.fault:<45} {word}{'' if each.retold else ', NOT RETOLD'}; also {each.also}",
            flush=True,
        )
    print("\n".join(summary(hunts)))
    if arguments.write:
        DOCUMENT.write_text(document(hunts, arguments.cases), encoding="utf-8")


if __name__ == "__main__":
    main()
