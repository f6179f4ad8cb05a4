"""Described: judge any API by its own OpenAPI document alone. Knows nothing of chat.

Which operations may be sent is settled here: off loopback only what reads, and chat, unless the
user names others.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.budget import Governor
from conformance.curl import curl
from conformance.errors import UsageError
from conformance.exchange import Exchange
from conformance.fuzz.schema_engine import Tried, Wishes, run
from conformance.json_view import read
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
OWN_PROBES = 2
"""Requests that the engine makes to find out about the server before it begins."""


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
    clock: Callable[[], float] = time.monotonic
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    """Those that a finding cites."""
    sent: Counter[str] = field(default_factory=Counter)
    """Operation → cases."""
    _kept: Counter[str] = field(default_factory=Counter)
    _found: dict[tuple[str, str], Finding] = field(default_factory=dict)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _began: float = 0.0

    def perform(self, wishes: Wishes) -> None:
        """Send every case that the budget grants, and judge each."""
        self._began = self.clock()
        labels = frozenset(label(each) for each in self.operations)
        if not labels or not all(self._grant("GET", "", b"") for _ in range(OWN_PROBES)):
            return
        for tried in run(self.law.document, labels, wishes, self._grant, self.secrets):
            self._take(tried)

    def _grant(self, method: str, path: str, body: bytes) -> bool:
        most = self._ceiling(path, body)
        if not self.governor.reserve(most, self.clock() - self._began):
            return False
        self.governor.settle(most, *((None, None) if most else (0, 0)))
        return True

    def _ceiling(self, path: str, body: bytes) -> int:
        if not path.endswith(CHAT):
            return 0
        fields = read(body.decode(errors="replace")).value
        return ceiling(fields if isinstance(fields, dict) else {}, None)

    def _take(self, tried: Tried) -> None:
        self.keep(tried.exchange)
        self.sent[tried.operation] += 1
        if tried.exchange.status is None:
            words = tried.exchange.detail or "no answer"
            self._broke(ANSWERED, words, tried)
        else:
            self._kept[ANSWERED] += 1
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
