"""Telling: the report on a described API, the same live and on replay. Judges nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from conformance import evidence
from conformance.budget import Governor
from conformance.choosing import chosen
from conformance.fuzz.described import Described
from conformance.fuzz.task import NOTE
from conformance.report import Report
from conformance.session import header_of
from openapi import any_api


def told(described: Described, header: evidence.Header, *, only: str | None = None) -> Report:
    """Return the report; its header knows nothing of money and time, which evidence cannot tell."""
    law, ids = any_api(), chosen(only, any_api().requirements)
    variables = {role: name for role, name in header.notes.items() if role != NOTE}
    began = datetime.fromtimestamp(header.began, UTC)
    return Report(
        header_of(header.target, header.setting, described.law, began, variables),
        {},
        [each for each in described.rulings() if ids is None or each.requirement in ids],
        law,
        described.exchanges,
        measurements={"fuzz": described.measurement(header.target, variables, header.setting.seed)},
        document="any_api.yaml",
    )


def with_costs(
    report: Report, governor: Governor, seconds: float, place: Mapping[str, str]
) -> Report:
    """Return a report of a live run: what it took, and where its evidence lies (name → sum)."""
    budget, spent = governor.budget, governor.spent
    name, digest = next(iter(place.items()), ("", ""))
    header = replace(
        report.header,
        seconds=seconds,
        budget={
            "requests": budget.requests,
            "tokens": budget.tokens,
            "usd": budget.usd,
            "seconds": budget.seconds,
        },
        spent={
            "requests": spent.requests,
            "tokens": spent.tokens,
            "usd": spent.nano_usd / 1e9,
        },
        evidence=name,
        evidence_digest=digest,
    )
    return replace(report, header=header)
