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
from conformance.curl import curl
from conformance.exchange import Exchange, Manner, Sending, Setting
from conformance.fuzz import FUZZ
from conformance.fuzz.envelope import lies
from conformance.fuzz.twins import BETWEEN, Told, compare, has_twin, told
from conformance.fuzz.weighing import weigh
from conformance.judging import applicable
from conformance.reading import Reading
from conformance.verdict import KEPT, Finding, NotDecided, Note, Opinion
from openapi import Contract, Level, Scope

Where = Callable[[Reading], bool]


@dataclass(slots=True)
class Cause:
    """One way in which one requirement is broken, and the smallest request that shows it."""

    requirement: str
    kind: str
    finding: Finding
    exchange: Exchange
    first: str
    """Label of the case that showed it first."""
    count: int = 0
    """How many cases showed it; steps of shrinking do not count."""

    @property
    def key(self) -> str:
        """Requirement and kind."""
        return f"{self.requirement} {self.kind}"

    @property
    def alone(self) -> bool:
        """Whether one request shows it, without a twin."""
        return self.kind != BETWEEN


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
    _plain: dict[str, Told | None] = field(default_factory=dict)
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

    def take(self, reading: Reading) -> frozenset[str]:
        """Judge an exchange, read in the harvest's setting; return the causes that it shows."""
        exchange = reading.exchange
        label = exchange.request.label
        counts = not label.startswith("shrink-")
        shown: dict[str, Cause] = {}
        for requirement, kind, finding in self._findings(reading):
            cause = Cause(requirement, kind, finding, exchange, exchange.request.label)
            shown.setdefault(cause.key, cause)
        for key, cause in shown.items():
            known = self.causes.setdefault(key, cause)
            known.count += counts
            known.first = min(known.first, label)
            if _size(exchange) < _size(known.exchange):
                known.exchange, known.finding = exchange, cause.finding
        if label.startswith("case-"):
            self._count(exchange)
            if has_twin(int(label.removeprefix("case-"))):
                self._plain[label.removeprefix("case-")] = told(reading)
        return frozenset(shown)

    def _count(self, exchange: Exchange) -> None:
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
        weighed_all = list(weigh(reading, self.law))
        label = reading.exchange.request.label
        if label.startswith("twin-"):
            plain = self._plain.get(label.removeprefix("twin-"))
            weighed_all += compare(plain, reading) if plain is not None else ()
        for weighed in weighed_all:
            if weighed.requirement not in self._graded:
                continue
            self._tally(weighed.requirement).judged += 1
            if weighed.finding is not None:
                yield weighed.requirement, weighed.kind, weighed.finding

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
            "found": [self._told(cause, target, variables) for cause in found],
        }

    def _points(self) -> list[list[int]]:
        last = [self.cases, len(self.causes)]
        return [*self._growth, last] if self._growth and self._growth[-1] != last else self._growth

    def _told(self, cause: Cause, target: str, variables: Mapping[str, str]) -> dict[str, Any]:
        request = cause.exchange.request
        body = request.body or b""
        return {
            "requirement": cause.requirement,
            "kind": cause.kind,
            "count": cause.count,
            "case": cause.first,
            "seed": self.setting.seed,
            "expected": cause.finding.expected,
            "actual": cause.finding.actual,
            "body": body[:4096].decode("utf-8", "backslashreplace"),
            "bytes": len(body),
            "curl": curl(request, target, variables),
            "evidence": cause.exchange.id,
        }


def in_order(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return the last try of every exchange of a fuzz, cases first, as they were judged live."""
    last: dict[str, Exchange] = {}
    for exchange in exchanges:
        if exchange.probe == FUZZ:
            known = last.get(exchange.request.label)
            if known is None or exchange.attempt > known.attempt:
                last[exchange.request.label] = exchange
    return [last[label] for label in sorted(last)]


def _size(exchange: Exchange) -> tuple[int, int, bool, bool, str]:
    """Return what makes an example smaller; the label decides, so that no order of arrival does."""
    request = exchange.request
    odd = request.sending != Sending(), request.manner != Manner()
    return len(request.body or b""), len(request.headers), *odd, request.label


def _kind(reading: Reading) -> str:
    if reading.status is None:
        return "without an answer"
    if not reading.ok:
        return "in refusals"
    return "in streams" if reading.is_stream_request else "in whole answers"
