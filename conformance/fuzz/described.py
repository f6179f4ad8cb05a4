"""Described: judge any API by its own OpenAPI document alone. Knows nothing of chat.

Which operations may be sent is settled here: off loopback only what reads, and chat, unless the
user names others.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.budget import Governor
from conformance.curl import curl
from conformance.errors import Unreachable, UsageError
from conformance.exchange import Ending, Exchange, Request
from conformance.fuzz.blocking import Perform
from conformance.fuzz.schema_engine import Tried, Wishes, require_engine, run
from conformance.json_view import read
from conformance.perform import cost_of
from conformance.reading import Reading
from conformance.redaction import Secrets
from conformance.scene import CHAT, ceiling
from conformance.verdict import Finding, Opinion, Ruling, rule
from openapi import Contract, Operation, Scope, any_api

REQUIREMENTS: Mapping[str, str] = {
    "not_a_server_error": "always.api-no-5xx",
    "status_code_conformance": "always.api-status",
    "content_type_conformance": "always.api-media-type",
    "response_schema_conformance": "always.api-schema",
    "response_headers_conformance": "always.api-headers",
    "negative_data_rejection": "always.api-refuses",
    "positive_data_acceptance": "always.api-accepts",
    "missing_required_header": "always.api-required-header",
    "unsupported_method": "always.api-methods",
    "allow_header_conformance": "always.api-allow",
}
"""Check of the engine → requirement that it judges."""
ANSWERED = "always.api-answered"
READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Line:
    """Where answers come from: a target, a record, or first the one and then the other."""

    base_path: str
    """Path of the base URL, without a slash at its end."""
    perform: Perform | None = None
    recorded: Sequence[Exchange] = ()


def _roots(law: Contract) -> frozenset[str]:
    """Return the paths at the root of the server, where the document's base URL is below it."""
    bases = {each.base for each in law.operations}
    return frozenset(each.path for each in law.operations if not each.base and len(bases) > 1)


def sendable(law: Contract, loopback: bool, allowed: Iterable[str]) -> list[Operation]:
    """Return the operations that may be sent; UsageError for an allowed one that is not there.

    An operation is named by its id or by method and path, such as `POST /books`.
    """
    wanted = set(allowed)
    known = {name for each in law.operations for name in (each.id, label(each))}
    for name in sorted(wanted - known):
        raise UsageError(
            f"--allow-writes: the document has no operation {name!r}",
            hint=f"it has {', '.join(sorted(each.id for each in law.operations)[:12])}",
        )
    return [
        each
        for each in law.operations
        if loopback
        or each.method in READS
        or (each.method == "POST" and each.path == CHAT)
        or wanted & {each.id, label(each)}
    ]


def label(operation: Operation) -> str:
    """Return method and path, as the engine names an operation."""
    return f"{operation.method} {operation.path}"


@dataclass(slots=True)
class Described:
    """One run over the operations of a document."""

    law: Contract
    operations: list[Operation]
    governor: Governor
    secrets: Secrets
    keep: Callable[[Exchange], None]
    """Called with every exchange before it is judged."""
    clock: Callable[[], float] = time.monotonic
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    """Those that a finding cites."""
    sent: Counter[str] = field(default_factory=Counter)
    """Operation → cases."""
    _kept: Counter[str] = field(default_factory=Counter)
    _found: dict[tuple[str, str], Finding] = field(default_factory=dict)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _began: float = 0.0
    _reached: bool = False

    def perform(self, wishes: Wishes, line: Line) -> None:
        """Send every case that the budget grants, and judge each.

        Raises Unreachable when nobody answers, UsageError without the engine, and EvidenceError
        where what is on record belongs to another run.
        """
        require_engine()
        from conformance.fuzz.schema_wire import SchemaWire

        self._began = self.clock()
        labels = frozenset(label(each) for each in self.operations)
        if not labels:
            return
        wire = SchemaWire(
            line.base_path,
            wishes.headers,
            self.secrets,
            self._grant,
            self._took,
            line.perform,
            line.recorded,
            _roots(self.law),
        )
        for tried in run(self.law.document, labels, wishes, wire):
            self._take(tried)
        if wire.problem is not None:
            raise wire.problem
        if self.governor.closed is not None:
            raise Unreachable(
                self.governor.closed,
                where=wishes.base_url,
                hint="start the server, or check host, port and TLS",
            )

    def _grant(self, request: Request) -> Request | None:
        most = self._ceiling(request.path, request.body or b"")
        if not self.governor.reserve(most, self.clock() - self._began):
            return None
        return replace(request, ceiling=most)

    def _took(self, exchange: Exchange, recorded: bool) -> None:
        reading = Reading(exchange)
        self.governor.settle(exchange.request.ceiling, *cost_of(reading))
        if not recorded:
            self.keep(exchange)
        if exchange.ending is not Ending.REFUSED:
            self._reached = True
        elif not self._reached and exchange.detail.startswith("no connection"):
            self.governor.close(exchange.detail)

    def _ceiling(self, path: str, body: bytes) -> int:
        if not path.endswith(CHAT):
            return 0
        fields = read(body.decode(errors="replace")).value
        return ceiling(fields if isinstance(fields, dict) else {}, None)

    def _take(self, tried: Tried) -> None:
        self.sent[tried.operation] += 1
        if tried.answered:
            self._kept[ANSWERED] += 1
        else:
            self._broke(ANSWERED, tried.exchange.detail or "no answer", tried)
        for check in tried.kept:
            self._kept[REQUIREMENTS.get(check, "")] += 1
        for broken in tried.broken:
            requirement = REQUIREMENTS.get(broken.check)
            if requirement is None:
                continue
            self._broke(requirement, broken.words, tried)

    def _broke(self, requirement: str, words: str, tried: Tried) -> None:
        key, exchange = (requirement, tried.operation), tried.exchange
        self._counts[key] += 1
        where = f"{exchange.id}, {tried.operation}, status {exchange.status}"
        expected = any_api().requirement(requirement).text
        known = self._found.get(key)
        if known is None or _size(exchange) < _size(self.exchanges[known.exchange]):
            self._found[key] = Finding(where, expected, words, exchange.id)
            self.exchanges[exchange.id] = exchange

    def rulings(self) -> list[Ruling]:
        """Return what became of each requirement on described APIs."""
        ruled = []
        for requirement in any_api().requirements:
            level = requirement.level(Scope.ANY)
            if level is None:
                continue
            opinions = [
                Opinion((finding,))
                for (identity, _), finding in self._found.items()
                if identity == requirement.id
            ]
            if self._kept[requirement.id]:
                opinions.append(Opinion(count=self._kept[requirement.id]))
            ruled.append(rule(requirement.id, level, opinions))
        return ruled

    def measurement(self, target: str, variables: Mapping[str, str], seed: int) -> dict[str, Any]:
        """Return the part of the report that tells of the cases."""
        found = [
            self._told(key, finding, target, variables, seed)
            for key, finding in sorted(self._found.items())
        ]
        left_out = [label(each) for each in self.law.operations if each not in self.operations]
        return {
            "title": "Cases sent to each operation",
            "x": "operation",
            "y": "cases",
            "note": f"{sum(self.sent.values())} cases, {len(found)} causes",
            "series": [
                {"name": name, "points": [[index, count]]}
                for index, (name, count) in enumerate(sorted(self.sent.items()))
            ],
            "cases": sum(self.sent.values()),
            "seed": seed,
            "cut": f"budget: {self.governor.refused}" if self.governor.refused else "",
            "left_out": left_out,
            "found": found,
        }

    def _told(
        self,
        key: tuple[str, str],
        finding: Finding,
        target: str,
        variables: Mapping[str, str],
        seed: int,
    ) -> dict[str, Any]:
        request = self.exchanges[finding.exchange].request
        body = request.body or b""
        return {
            "requirement": key[0],
            "kind": key[1],
            "count": self._counts[key],
            "case": request.label,
            "seed": seed,
            "expected": finding.expected,
            "actual": finding.actual,
            "body": body[:4096].decode("utf-8", "backslashreplace"),
            "bytes": len(body),
            "curl": curl(request, target, variables),
            "evidence": finding.exchange,
        }


def _size(exchange: Exchange) -> tuple[int, int]:
    return len(exchange.request.body or b""), len(exchange.request.path)
