"""Harvest: exchanges of a fuzz in, causes and opinions out, in bounded memory. Sends nothing.

Each exchange is read by every judge of exchanges and weighed against what the request was owed, and
then let go; of the many that show one cause, the smallest is kept.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.catalogue import Catalogue, EveryExchange
from conformance.exchange import Exchange, Request, Setting
from conformance.fuzz import FUZZ
from conformance.fuzz.cause import Cause
from conformance.fuzz.envelope import lies
from conformance.fuzz.kin import Family, kin_of, root_of
from conformance.fuzz.kin import known as known_kin
from conformance.fuzz.kin.kinship import AGAIN
from conformance.fuzz.weighing import Weighed, weigh
from conformance.judging import applicable
from conformance.reading import Reading
from conformance.verdict import KEPT, Finding, NotDecided, Note, Opinion
from openapi import Contract, Level, Scope

Where = Callable[[Reading], bool]


@dataclass(slots=True)
class _Tally:
    judged: int = 0
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Harvest:
    """What a fuzz brought in so far."""

    setting: Setting
    law: Contract
    catalogue: Catalogue
    only: frozenset[str] | None = None
    causes: dict[str, Cause] = field(default_factory=dict)
    cases: int = 0
    cut: str = ""
    """Why not every case was sent; empty when all were."""
    crashes: list[str] = field(default_factory=list)
    _tallies: dict[str, _Tally] = field(default_factory=dict)
    _judges: dict[Where, list[EveryExchange]] = field(default_factory=dict)
    """Judges by what they are about, which is asked once of each exchange."""
    _graded: frozenset[str] = frozenset()
    _growth: list[list[int]] = field(default_factory=list)
    _began: float = 0.0
    _ended: float = 0.0

    def __post_init__(self) -> None:
        scope = Scope(self.setting.scope)
        graded = []
        for entry in self.catalogue:
            requirement = entry.requirement
            # What merely may be is told by the conversations; a fuzz would only repeat it.
            if requirement.level(scope) in (None, Level.MAY):
                continue
            if applicable(requirement, self.setting):
                continue
            if self.only is not None and requirement.id not in self.only:
                continue
            graded.append(requirement.id)
            if isinstance(entry.judge, EveryExchange):
                self._judges.setdefault(entry.judge.where, []).append(entry.judge)
        self._graded = frozenset(graded)

    def take(self, family: Family) -> frozenset[str]:
        """Judge the exchanges of a case; return the keys of the causes that they show."""
        shown: dict[str, Cause] = {}
        for reading in family.readings:
            for requirement, kind, finding in self._findings(reading):
                self._showed(shown, requirement, kind, finding, reading, reading.exchange.request)
        for weighed in family.weighed():
            other, origin = family.readings[1], family.readings[0].exchange.request
            between = self._graded_finding(weighed)
            if between is not None:
                self._showed(shown, weighed.requirement, weighed.kind, between, other, origin)
        if family.readings:
            self._count(family.readings[0].exchange, shown)
        return frozenset(shown)

    def _showed(
        self,
        shown: dict[str, Cause],
        requirement: str,
        kind: str,
        finding: Finding,
        reading: Reading,
        origin: Request,
    ) -> None:
        label = root_of(reading.exchange.request.label)
        cause = Cause(requirement, kind, finding, reading.exchange, origin, label)
        cause = self.causes.setdefault(cause.key, cause)
        cause.better(reading.exchange, origin, finding)
        shown[cause.key] = cause

    def _count(self, exchange: Exchange, shown: Mapping[str, Cause]) -> None:
        label = exchange.request.label
        for cause in shown.values():
            cause.first = min(cause.first, label)
            cause.count += not label.startswith("shrink-")
        if not label.startswith("case-"):
            return
        self.cases += 1
        self._began = min(self._began or exchange.began, exchange.began)
        self._ended = max(self._ended, exchange.began + exchange.ended_at)
        if not self._growth or self._growth[-1][1] != len(self.causes):
            self._growth.append([self.cases, len(self.causes)])

    def _findings(self, reading: Reading) -> Iterator[tuple[str, str, Finding]]:
        kind = _kind(reading)
        garbled = lies(reading.exchange.request.sending)
        for where, judges in self._judges.items():
            if not self._concerns(where, judges, reading):
                continue
            for judge in judges:
                # A length that lies is answered below the gateway, in words of the HTTP server.
                if garbled and not judge.id.startswith("always."):
                    continue
                finding = self._hear(judge, reading)
                if finding is not None:
                    yield judge.id, kind, finding
        for weighed in weigh(reading, self.law):
            finding = self._graded_finding(weighed)
            if finding is not None:
                yield weighed.requirement, weighed.kind, finding

    def _graded_finding(self, weighed: Weighed) -> Finding | None:
        if weighed.requirement not in self._graded:
            return None
        self._tally(weighed.requirement).judged += 1
        return weighed.finding

    def _concerns(self, where: Where, judges: list[EveryExchange], reading: Reading) -> bool:
        try:
            return where(reading)
        except Exception:
            self._crashed(judges[0].id, reading)
            return False

    def _hear(self, judge: EveryExchange, reading: Reading) -> Finding | None:
        """Return the first finding of a judge, and count what it says."""
        tally = self._tally(judge.id)
        found: Finding | None = None
        try:
            for statement in judge.judge(reading) or ():
                if isinstance(statement, Finding):
                    found = found or statement
                elif len(tally.notes) < KEPT:
                    tally.notes.append(statement)
        except NotDecided:
            return found
        except Exception:
            self._crashed(judge.id, reading)
            return None
        tally.judged += 1
        return found

    def _crashed(self, identity: str, reading: Reading) -> None:
        last = traceback.format_exc(limit=-2).strip().splitlines()
        self.crashes.append(f"judge of {identity} on {reading.id}: {last[-1]}")

    def _tally(self, requirement: str) -> _Tally:
        return self._tallies.setdefault(requirement, _Tally())

    def opinions(self) -> Mapping[str, list[Opinion]]:
        """Return what the rulings are to be told: requirement → opinions, bounded in number."""
        told: dict[str, list[Opinion]] = {}
        for cause in self.causes.values():
            told.setdefault(cause.requirement, []).append(Opinion((cause.finding,)))
        for requirement, tally in self._tallies.items():
            broken = len(told.get(requirement, ()))
            if tally.judged > broken:
                kept = Opinion(notes=tuple(tally.notes), count=tally.judged - broken)
                told.setdefault(requirement, []).append(kept)
        return told

    @property
    def judged(self) -> frozenset[str]:
        """The requirements that some exchange had something to say about."""
        return frozenset(name for name, tally in self._tallies.items() if tally.judged)

    @property
    def cited(self) -> dict[str, Exchange]:
        """The exchanges that stay: the smallest of each cause, and those of notes are let go."""
        return {cause.exchange.id: cause.exchange for cause in self.causes.values()}

    @property
    def rate(self) -> float:
        """Cases a second, each sent, read and judged; 0 where that cannot be told."""
        seconds = self._ended - self._began
        return round(self.cases / seconds, 1) if seconds > 0 else 0.0

    def measurement(self, target: str, variables: Mapping[str, str]) -> dict[str, Any]:
        """Return the part of the report that tells of the fuzz."""
        found = sorted(self.causes.values(), key=lambda cause: cause.key)
        return {
            "title": "Distinct causes found over the cases of the fuzz",
            "x": "cases",
            "y": "causes",
            "note": f"{self.cases} cases, {len(found)} causes" + (f"; {self.cut}" * bool(self.cut)),
            "series": [{"name": "causes", "line": True, "points": self._points()}],
            "cases": self.cases,
            "rate": self.rate,
            "seed": self.setting.seed,
            "cut": self.cut,
            "found": [cause.told(target, variables, self.setting.seed) for cause in found],
        }

    def _points(self) -> list[list[int]]:
        last = [self.cases, len(self.causes)]
        return [*self._growth, last] if self._growth and self._growth[-1] != last else self._growth


def families(exchanges: Iterable[Exchange], setting: Setting) -> Iterator[Family]:
    """Yield the families of recorded exchanges, in the order in which they were judged live.

    Of tries that were noise only the last one counts.
    """
    last: dict[str, Exchange] = {}
    for exchange in exchanges:
        if exchange.probe == FUZZ:
            known = last.get(exchange.request.label)
            if known is None or exchange.attempt > known.attempt:
                last[exchange.request.label] = exchange
    grouped: dict[str, list[Exchange]] = {}
    for exchange in last.values():
        grouped.setdefault(root_of(exchange.request.label), []).append(exchange)
    for root in sorted(grouped):
        members = sorted(grouped[root], key=lambda each: _place(each.request.label))
        name = next(filter(None, (kin_of(each.request.label) for each in members)), "")
        yield Family(known_kin().get(name), [Reading(each, setting) for each in members])


def _place(label: str) -> tuple[bool, bool]:
    """Return the place within a family: a pair, then the same pair again."""
    return label.endswith(AGAIN), bool(kin_of(label))


def _kind(reading: Reading) -> str:
    if reading.status is None:
        return "without an answer"
    if not reading.ok:
        return "in refusals"
    return "in streams" if reading.is_stream_request else "in whole answers"
