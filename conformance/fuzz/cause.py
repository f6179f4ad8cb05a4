"""Cause: one way in which one requirement is broken, and the smallest request that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.curl import curl
from conformance.exchange import Exchange, Manner, Request, Sending
from conformance.fuzz.kin import kin_of
from conformance.verdict import Finding

SHOWN = 4096
"""Bytes of a body that the report quotes."""


@dataclass(slots=True)
class Cause:
    """What was found, how often, and the best example of it."""

    requirement: str
    kind: str
    finding: Finding
    exchange: Exchange
    origin: Request
    """What the example was made from: its own request, or the first one of a pair."""
    first: str
    """Label of the case that showed it first."""
    count: int = 0
    """How many cases showed it; steps of shrinking do not count."""

    @property
    def key(self) -> str:
        """Requirement and kind."""
        return f"{self.requirement} {self.kind}"

    @property
    def kin(self) -> str:
        """Name of the kin that it takes to show it; empty where one request does."""
        return self.kind[1:] if self.kind.startswith("+") else ""

    @property
    def alone(self) -> bool:
        """Whether one request shows it."""
        return not self.kin

    def better(self, exchange: Exchange, origin: Request, finding: Finding) -> None:
        """Take another example if it is smaller."""
        if size_of(exchange) < size_of(self.exchange):
            self.exchange, self.origin, self.finding = exchange, origin, finding

    def told(self, target: str, variables: Mapping[str, str], seed: int) -> dict[str, Any]:
        """Return it as the report has it."""
        request = self.exchange.request
        body = request.body or b""
        return {
            "requirement": self.requirement,
            "kind": self.kind,
            "count": max(self.count, 1),
            "case": self.first,
            "seed": seed,
            "expected": self.finding.expected,
            "actual": self.finding.actual,
            "body": body[:SHOWN].decode("utf-8", "backslashreplace"),
            "bytes": len(body),
            "curl": curl(request, target, variables),
            "evidence": self.exchange.id,
        }


def size_of(exchange: Exchange) -> tuple[int, int, bool, bool, str]:
    """Return what makes an example smaller; the label decides, so that no order of arrival does."""
    request = exchange.request
    odd = request.sending != Sending(), request.manner != Manner()
    return len(request.body or b""), len(request.headers), *odd, request.label


def is_pair(label: str) -> bool:
    """Tell whether a label is that of the other request of a pair."""
    return bool(kin_of(label))
