"""Report: all rulings, the run's header and the exit code, as one JSON document. Renders nothing.

Every other format is made from this document, and from the evidence it names, alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.capability import Found
from conformance.curl import curl
from conformance.exchange import Exchange
from conformance.outcome import exit_code, summary
from conformance.outgoing_url import full_url
from conformance.streamed import event_rows
from conformance.verdict import Finding, Ruling
from openapi import Contract, Scope

SCHEMA_VERSION = "1.0"
EXCERPT = 4096
"""Bytes of a body that the report quotes; the evidence has all of it."""
MOST_ARRIVALS = 24


@dataclass(frozen=True, slots=True)
class Header:
    """What was run, against what, with what."""

    kit_version: str
    contract_title: str
    contract_version: str
    contract_digest: str
    target: str
    model: str
    scope: Scope
    seed: int
    started: str
    """RFC 3339, UTC."""
    seconds: float
    budget: Mapping[str, float]
    spent: Mapping[str, float]
    environment: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    """Key role → environment variable, for the curl lines."""
    evidence: str = ""
    """Name of the evidence file beside the report, or empty."""
    evidence_digest: str = ""
    interrupted: str = ""
    """Why the run ended early, or empty."""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run."""

    header: Header
    capabilities: Mapping[str, Found]
    rulings: Sequence[Ruling]
    contract: Contract
    exchanges: Mapping[str, Exchange]
    measurements: Mapping[str, Any] = field(default_factory=dict)
    baseline: Mapping[str, Any] = field(default_factory=dict)
    """Outcome of a baseline: known failures, stale entries."""
    crashes: Sequence[str] = ()
    document: str = "gateway.yaml"
    """File name of the document that holds the requirements."""

    def exit_code(self, *, strict: bool = False, require_complete: bool = False) -> int:
        """Return the exit code of `check`."""
        return exit_code(self.to_json(), strict=strict, require_complete=require_complete)

    def to_json(self) -> dict[str, Any]:
        """Return the document that `report.schema.json` describes."""
        rulings = [self._ruling(ruling) for ruling in self.rulings]
        cited = sorted(
            {finding["evidence"] for ruling in rulings for finding in ruling["findings"]}
            | {note["evidence"] for ruling in rulings for note in ruling["notes"]}
        )
        return {
            "schema_version": SCHEMA_VERSION,
            "run": self._run(),
            "capabilities": {
                name: {"class": found.kind, "words": found.words, "evidence": found.exchange}
                for name, found in self.capabilities.items()
            },
            "rulings": rulings,
            "measurements": dict(self.measurements),
            "exchanges": {
                identity: self._exchange(self.exchanges[identity])
                for identity in cited
                if identity in self.exchanges
            },
            "baseline": dict(self.baseline),
            "summary": summary(rulings),
        }

    def _run(self) -> dict[str, Any]:
        header = self.header
        return {
            "kit": {"name": "gonogo", "version": header.kit_version},
            "contract": {
                "title": header.contract_title,
                "version": header.contract_version,
                "sha256": header.contract_digest,
            },
            "target": header.target,
            "model": header.model,
            "scope": header.scope.value,
            "seed": header.seed,
            "started": header.started,
            "seconds": round(header.seconds, 3),
            "budget": dict(header.budget),
            "spent": dict(header.spent),
            "environment": dict(header.environment),
            "keys": dict(header.variables),
            "evidence": {"file": header.evidence, "sha256": header.evidence_digest},
            "interrupted": header.interrupted,
            "crashes": list(self.crashes),
        }

    def _ruling(self, ruling: Ruling) -> dict[str, Any]:
        requirement = self.contract.requirement(ruling.requirement)
        return {
            "requirement": ruling.requirement,
            "level": ruling.level.value,
            "scope": self.header.scope.value,
            "verdict": ruling.verdict.value,
            "reason": ruling.reason,
            "text": requirement.text,
            "source": requirement.source,
            "why": requirement.why,
            "clause": f"{self.document}#{requirement.pointer}",
            "findings": [self._finding(finding) for finding in ruling.findings],
            "notes": [{"text": note.text, "evidence": note.exchange} for note in ruling.notes],
            "count": ruling.count,
            "judged": ruling.judged,
        }

    def _finding(self, finding: Finding) -> dict[str, Any]:
        exchange = self.exchanges.get(finding.exchange)
        line = ""
        if exchange is not None:
            line = curl(exchange.request, self.header.target, self.header.variables)
        return {
            "where": finding.where,
            "expected": finding.expected,
            "actual": finding.actual,
            "curl": line,
            "evidence": finding.exchange,
        }

    def _exchange(self, exchange: Exchange) -> dict[str, Any]:
        request = exchange.request
        return {
            "curl": curl(request, self.header.target, self.header.variables),
            "request": {
                "method": request.method,
                "path": request.path,
                "url": full_url(request, self.header.target),
                "headers": [list(pair) for pair in request.headers],
                "body": excerpt(request.body or b""),
            },
            "status": exchange.status,
            "headers": [list(pair) for pair in exchange.headers],
            "body": excerpt(exchange.body),
            "bytes": len(exchange.body),
            "ending": exchange.ending.value,
            "detail": exchange.detail,
            "attempt": exchange.attempt,
            "headers_at": exchange.headers_at,
            "ended_at": round(exchange.ended_at, 6),
            "arrivals": [
                {"start": each.start, "at": round(each.at, 6), "chunk": each.chunk}
                for each in exchange.arrivals[:MOST_ARRIVALS]
            ],
            "events": event_rows(exchange),
        }


def excerpt(body: bytes) -> str:
    """Return the beginning of a body as text; bytes that are not UTF-8 are shown escaped."""
    text = body[:EXCERPT].decode("utf-8", "backslashreplace")
    return text if len(body) <= EXCERPT else f"{text}… ({len(body)} bytes)"
