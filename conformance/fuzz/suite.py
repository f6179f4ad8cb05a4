"""A fuzz as pytest items: `pytest --pyargs conformance.fuzz.suite --gonogo-url URL`.

Each item is a share of the cases of `--gonogo-fuzz N`, so that xdist divides them among its
workers; a broken MUST fails the item, a broken SHOULD warns. With `--gonogo-database
redis://HOST/0?campaign=NAME` workers on any machine hand out the numbers among them, try first what
failed before, and keep to one budget.
"""

from __future__ import annotations

import asyncio
import os
import warnings
from dataclasses import replace

import pytest

from conformance.errors import KitError
from conformance.fuzz.campaign import roomier
from conformance.fuzz.cause import Cause
from conformance.fuzz.shared import campaigning
from conformance.plugin import BrokenShould, target_of
from conformance.session import Options, hold
from conformance.showing import visible
from conformance.target import UNNAMED, Budget, Target, keyring
from openapi import Level, Scope, contract

USUAL = 1000
"""Cases, where nobody says how many."""
SHARE = 250
"""Cases of an item."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item of each share of the cases."""
    total = metafunc.config.getoption("gonogo_fuzz") or USUAL
    shares = [range(start, min(start + SHARE, total)) for start in range(0, total, SHARE)]
    ids = [f"{share.start}-{share.stop - 1}" for share in shares]
    metafunc.parametrize("numbers", shares, ids=ids)


def test_cases(numbers: range, request: pytest.FixtureRequest) -> None:
    """The answers to these cases break no requirement."""
    config = request.config
    total = config.getoption("gonogo_fuzz") or USUAL
    database = config.getoption("gonogo_database") or ""
    try:
        shared = campaigning(database) is not None if database else False
        target = _capped(target_of(config), total, 1 if shared else -(-total // SHARE))
        options = Options(
            config.getoption("gonogo_seed"),
            fuzz=total if shared else len(numbers),
            numbers=None if shared else numbers,
            conversations=False,
            database=database,
        )
        run = asyncio.run(hold(target, keyring(target, os.environ), options))
    except KitError as error:
        pytest.fail(f"gonogo: {error}", pytrace=False)
    assert run.harvest is not None
    harvest = run.harvest
    request.node.user_properties += [("cases", harvest.cases), ("cut", harvest.cut)]
    scope = Scope(harvest.setting.scope)
    broken: dict[Level | None, list[str]] = {Level.MUST: [], Level.SHOULD: []}
    for cause in harvest.causes.values():
        level = contract().requirement(cause.requirement).level(scope)
        broken.setdefault(level, []).append(_story(cause, target, harvest.setting.seed))
    for story in broken[Level.SHOULD]:
        warnings.warn(story, BrokenShould, stacklevel=1)
    if broken[Level.MUST]:
        pytest.fail("\n\n".join(broken[Level.MUST]), pytrace=False)
    if harvest.cut:
        pytest.skip(f"ended early: {visible(harvest.cut)}")


def _capped(target: Target, cases: int, shares: int) -> Target:
    """Return the target with the caps that one share of a run may reach."""
    whole = target.budget
    if whole is UNNAMED:
        whole = roomier(target.with_usual_budget().budget, cases)
    each = Budget(
        whole.requests // shares, whole.tokens // shares, whole.usd / shares, whole.seconds
    )
    return replace(target, budget=each)


def _story(cause: Cause, target: Target, seed: int) -> str:
    said = contract().requirement(cause.requirement)
    told = cause.told(target.url, target.keys, seed)
    lines = (
        f"{said.id}: {said.text}",
        f"where     {cause.finding.where}, and in {cause.count} cases of seed {seed}",
        f"expected  {cause.finding.expected}",
        f"got       {cause.finding.actual}",
        f"matters   {said.why}",
        f"again     {told['curl']}",
    )
    return "\n".join(visible(line, 2000) for line in lines)
