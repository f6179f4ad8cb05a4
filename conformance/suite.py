"""The requirements as pytest items: `pytest --pyargs conformance.suite --gonogo-url URL`.

One item for each requirement, `test_requirement[stream.done-last]`; one run for all of them. A
broken MUST fails, a broken SHOULD warns, and what does not apply is skipped with its reason.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from conformance.choosing import chosen
from conformance.errors import KitError
from conformance.plugin import BrokenShould, target_of
from conformance.showing import visible
from conformance.verdict import Ruling, Verdict
from openapi import Level, Requirement, Scope, contract

if TYPE_CHECKING:
    from conformance.report import Report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item of each requirement that the scope, as far as it is known, has."""
    law = contract()
    try:
        target = target_of(metafunc.config)
        only = chosen(metafunc.config.getoption("gonogo_only"), law.requirements)
    except KitError as error:
        raise pytest.UsageError(f"gonogo: {error}") from None
    scope = target.scope
    if scope is None and target.model is not None and law.model is not None:
        ours = law.model.split(target.model)[0] == law.model.id
        scope = Scope.GATEWAY if ours else Scope.ANY
    rows = [
        each.id
        for each in law.requirements
        if each.excluded is None
        and (only is None or each.id in only)
        and (scope is None or each.level(scope) is not None)
    ]
    metafunc.parametrize("requirement", rows, ids=rows)


def test_requirement(
    requirement: str, gonogo_report: Report, request: pytest.FixtureRequest
) -> None:
    """The target keeps this requirement."""
    said = contract().requirement(requirement)
    ruling = next((each for each in gonogo_report.rulings if each.requirement == requirement), None)
    if ruling is None:
        pytest.skip(f"no requirement of the scope {gonogo_report.header.scope.value!r}")
    request.node.user_properties += [
        ("requirement", requirement),
        ("level", ruling.level.value),
        ("verdict", ruling.verdict.value),
        ("clause", f"gateway.yaml#{said.pointer}"),
    ]
    match ruling.verdict:
        case Verdict.FAIL:
            pytest.fail(story(said, ruling), pytrace=False)
        case Verdict.UNTESTABLE:
            pytest.fail(f"{said.text}\nuntestable: {visible(ruling.reason)}", pytrace=False)
        case Verdict.INCONCLUSIVE if _decides(ruling):
            pytest.fail(f"{said.text}\ninconclusive: {visible(ruling.reason)}", pytrace=False)
        case Verdict.INCONCLUSIVE | Verdict.NOT_APPLICABLE:
            pytest.skip(visible(ruling.reason))
        case Verdict.WARN:
            warnings.warn(story(said, ruling), BrokenShould, stacklevel=1)


def story(requirement: Requirement, ruling: Ruling) -> str:
    """Return what was expected, what came, and why it matters."""
    lines = [f"{requirement.id} ({ruling.level.value}): {requirement.text}"]
    for finding in ruling.findings:
        lines.append(f"where     {finding.where}")
        lines.append(f"expected  {finding.expected}")
        lines.append(f"got       {finding.actual}")
    lines.append(f"matters   {requirement.why}")
    lines.append(f"source    {requirement.source}")
    return "\n".join(visible(line, 2000) for line in lines)


def _decides(ruling: Ruling) -> bool:
    """Whether an open question makes the run fail: a MUST that noise, not the budget, left open."""
    return ruling.level is Level.MUST and not ruling.reason.startswith("budget")
