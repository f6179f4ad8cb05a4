"""A legal server that merely differs is accused of nothing, in either scope."""

from __future__ import annotations

import pytest

from bench.panel import Member, judge, members
from mock_server.variants import variant

VARIANTS = [member for member in members() if member.kind == "variant"]


@pytest.mark.parametrize("member", VARIANTS, ids=lambda member: f"{member.name}-{member.scope}")
def test_the_variant_is_accused_of_nothing(member: Member) -> None:
    assert judge(member, only="framing,stream,response").red == ()


def test_there_are_enough_ways_to_differ() -> None:
    assert len(variant.known()) >= 26
