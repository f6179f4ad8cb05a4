"""A plan: what would be sent and cost, with nothing sent to the target."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.planning import EVERY_RUN, Plan, plan
from conformance.session import Options
from conformance.target import Budget, Target
from openapi import CHAPTERS, Scope

NOBODY = Target("https://gateway.example/v1", scope=Scope.ANY, keys={"valid": "NOT_SET"})


@pytest.fixture(scope="module")
def planned() -> Plan:
    return plan(NOBODY, Options(only="usage,stream.done-last"))


def test_chapters_add_up(planned: Plan) -> None:
    assert set(planned.shares) <= {*CHAPTERS, EVERY_RUN}
    assert planned.total.requests == sum(planned.sent.values()) > 20
    assert planned.total.tokens >= planned.usual > 500
    assert planned.beyond == []


def test_only_what_is_allowed_off_loopback_is_sent(planned: Plan) -> None:
    assert set(planned.sent) == {"GET /models", "POST /chat/completions"}


def test_a_budget_that_may_end_early_is_told(planned: Plan) -> None:
    tight = replace(planned, budget=Budget(requests=5, tokens=10, usd=0.0, seconds=1.0))
    assert [each.partition(":")[0] for each in tight.beyond] == ["requests", "tokens", "USD"]


def test_the_command_prints_it_and_needs_neither_key_nor_network() -> None:
    arguments = ["check", "--plan", "--only", "usage", "https://gateway.example/v1"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "nothing was sent to https://gateway.example/v1" in done.output
    assert "it stays within the budget" in done.output
