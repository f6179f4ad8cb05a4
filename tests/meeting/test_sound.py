"""The clean mock keeps every promise, in both scopes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from conformance.report import Report
from conformance.session import Options, Run, bundled_target, hold
from conformance.verdict import Verdict
from openapi import Scope

CLEAN = {Verdict.PASS, Verdict.NOT_APPLICABLE}


def _unclean(report: Report) -> list[str]:
    return [
        f"{ruling.requirement} {ruling.verdict}: {ruling.reason} {ruling.findings[:1]}"
        for ruling in report.rulings
        if ruling.verdict not in CLEAN
    ]


@pytest.mark.xdist_group("clean-run")
def test_the_clean_mock_breaks_nothing_of_the_gateway_scope(clean_run: Run) -> None:
    report = clean_run.report()
    assert _unclean(report) == []
    assert report.exit_code(strict=True, require_complete=True) == 0


def test_the_clean_mock_breaks_nothing_of_the_scope_any() -> None:
    with bundled_target() as (target, keys):
        only_valid = {"valid": keys["valid"]}
        plain = replace(target, scope=Scope.ANY, keys={"valid": target.keys["valid"]})
        report = asyncio.run(hold(plain, only_valid, Options())).report()
    assert _unclean(report) == []
    assert report.exit_code(strict=True) == 0
