"""Every lie is found out: a seeded rotation of the panel, which `make panel` runs in full."""

from __future__ import annotations

import random

import pytest

from bench.panel import Member, judge, members
from mock_server.faults import fault
from openapi import CHAPTERS, contract

ROTATION = 45
"""Faults tried by one run of the tests."""


def _rotation() -> list[Member]:
    """Return one fault of each chapter, and others that change whenever the contract does."""
    faults = [member for member in members() if member.kind == "fault"]
    shuffled = random.Random(contract().digest).sample(faults, len(faults))
    first = {member.requirement.partition(".")[0]: member for member in reversed(shuffled)}
    rest = [member for member in shuffled if member not in first.values()]
    return sorted([*first.values(), *rest[: ROTATION - len(first)]], key=lambda each: each.name)


@pytest.mark.parametrize("member", _rotation(), ids=lambda member: member.name)
def test_the_fault_turns_its_own_requirement_red(member: Member) -> None:
    outcome = judge(member, only=member.requirement)
    assert outcome.caught, f"red instead: {outcome.red}"


def test_every_fault_belongs_to_a_requirement_and_every_chapter_can_lie() -> None:
    known = {member.name for member in members() if member.kind == "fault"}
    assert set(fault.known()) - known == set()
    assert {name.partition(".")[0] for name in known} == set(CHAPTERS)
