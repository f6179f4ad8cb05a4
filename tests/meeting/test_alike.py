"""The answers that are put side by side are there, and each has its like."""

from __future__ import annotations

from collections import Counter

from conformance.probes.alike import ALIKE, HELD
from conformance.session import Run


def test_every_request_looked_at_again_is_made_again_by_another(clean_run: Run) -> None:
    exchanges = clean_run.held.transcripts[ALIKE.name].exchanges
    assert [exchange.id for exchange in exchanges] == list(HELD)
    bodies = Counter(exchange.request.body for exchange in exchanges)
    assert [each.id for each in exchanges if bodies[each.request.body] < 2] == []
