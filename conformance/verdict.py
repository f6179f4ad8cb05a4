"""Verdict: from findings to a ruling. Knows the level only because it is handed the requirement.

What a judge may do: yield a `Finding` for each departure it sees, yield a `Note` for a peculiarity
that breaks nothing, or raise one of

    NotDecided
    ├── Untestable      the target failed to supply a prerequisite: red, never silent
    ├── Inconclusive    noise after every try, or the budget ran out
    └── NotApplicable   properly absent, or the user gave no key, adapter or ledger for it
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from openapi import Level


class Verdict(StrEnum):
    """What became of a requirement."""

    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"
    UNTESTABLE = "UNTESTABLE"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True, slots=True)
class Finding:
    """One observed departure. Carries no severity: the contract grades."""

    where: str
    """The exchange, and the pointer, event or bytes in it."""
    expected: str
    actual: str
    exchange: str
    """Id of the exchange that shows it best."""


@dataclass(frozen=True, slots=True)
class Note:
    """A peculiarity worth telling that breaks nothing."""

    text: str
    exchange: str


class NotDecided(Exception):
    """A judge could not judge; the class says whose fault that is."""

    verdict: Verdict

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Untestable(NotDecided):
    """The target failed to supply a prerequisite."""

    verdict = Verdict.UNTESTABLE


class Inconclusive(NotDecided):
    """Noise, or the end of the budget, hides the answer."""

    verdict = Verdict.INCONCLUSIVE


class NotApplicable(NotDecided):
    """There is nothing to judge here, and that is in order."""

    verdict = Verdict.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge said of one transcript or exchange."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    undecided: NotDecided | None = None
    count: int = 1
    """How many transcripts or exchanges it sums up."""


MOST_HEARD = 1000
"""Statements heard of one judge about one transcript or exchange; whoever has more to say, as of a
stream of which every event is broken, has said enough."""


def hear(statements: Iterable[Finding | Note] | None) -> Opinion:
    """Run a judge to its end and keep what it said, also when it gave up half-way."""
    findings: list[Finding] = []
    notes: list[Note] = []
    undecided: NotDecided | None = None
    try:
        for statement in islice(statements or (), MOST_HEARD):
            if isinstance(statement, Finding):
                findings.append(statement)
            else:
                notes.append(statement)
    except NotDecided as reason:
        undecided = reason
    return Opinion(tuple(findings), tuple(notes), undecided)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A requirement, its level in the scope judged, and what became of it."""

    requirement: str
    level: Level
    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...]
    """The first few; `count` tells how many were heard."""
    notes: tuple[Note, ...]
    count: int
    judged: int
    """How many transcripts or exchanges were decided."""


KEPT = 5
"""Findings and notes kept with a ruling: enough to see the pattern."""

_UNDECIDED_ORDER = (Verdict.UNTESTABLE, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE)
_BROKEN = {Level.MUST: Verdict.FAIL, Level.SHOULD: Verdict.WARN, Level.MAY: Verdict.PASS}


def rule(requirement: str, level: Level, opinions: Iterable[Opinion]) -> Ruling:
    """Weigh every opinion on one requirement into a ruling.

    A finding anywhere breaks it; a decided opinion without findings keeps it; otherwise the worst
    reason for not deciding stands. A broken MAY is a pass with notes.
    """
    heard = list(opinions)
    findings = [finding for opinion in heard for finding in opinion.findings]
    notes = [note for opinion in heard for note in opinion.notes]
    reasons = [opinion.undecided for opinion in heard if opinion.undecided is not None]
    judged = sum(opinion.count for opinion in heard if opinion.undecided is None)
    if findings and level is Level.MAY:
        notes += [
            Note(f"{f.where}: expected {f.expected}, got {f.actual}", f.exchange) for f in findings
        ]
        findings = []
        judged = max(judged, 1)
    if findings:
        verdict, reason = _BROKEN[level], ""
    elif judged:
        verdict, reason = Verdict.PASS, ""
    else:
        verdict, reason = _weigh(reasons)
    return Ruling(
        requirement,
        level,
        verdict,
        reason,
        tuple(_distinct(findings)),
        tuple(notes[:KEPT]),
        len(findings),
        judged,
    )


def _distinct(findings: list[Finding]) -> Iterator[Finding]:
    """Keep the first few, and of those that say the same only one."""
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        said = (finding.expected, finding.actual)
        if said not in seen:
            seen.add(said)
            yield finding
        if len(seen) == KEPT:
            return


def _weigh(reasons: list[NotDecided]) -> tuple[Verdict, str]:
    for verdict in _UNDECIDED_ORDER:
        for reason in reasons:
            if reason.verdict is verdict:
                return verdict, reason.reason
    return Verdict.NOT_APPLICABLE, "nothing of the kind was seen in this run"
