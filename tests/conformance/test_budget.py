"""The governor: no cap is exceeded at any moment, however many requests are under way."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from conformance.budget import Governor
from conformance.target import Budget

PRICES = (80, 160)


def within(governor: Governor) -> bool:
    """Whether what is spent and what may yet be are within every cap."""
    budget, spent, reserved = governor.budget, governor.spent, governor.reserved
    return (
        spent.requests + reserved.requests <= budget.requests
        and spent.tokens + reserved.tokens <= budget.tokens
        and spent.nano_usd + reserved.nano_usd <= round(budget.usd * 1e9)
    )


def test_ten_thousand_runs_with_many_requests_under_way_exceed_nothing() -> None:
    dice = random.Random(6)
    for _ in range(10_000):
        budget = Budget(
            requests=dice.randrange(12),
            tokens=dice.randrange(3000),
            usd=dice.choice((0.0, 0.000_1, 1.0)),
            seconds=dice.choice((5.0, 1e9)),
        )
        governor, under_way, now = Governor(budget, PRICES), [], 0.0
        for _ in range(20):
            now += dice.random()
            ceiling = dice.randrange(800)
            if governor.reserve(ceiling, now):
                under_way.append(ceiling)
            else:
                assert governor.refused
            while under_way and dice.random() < 0.4:
                ceiling = under_way.pop(dice.randrange(len(under_way)))
                prompt = dice.randrange(ceiling + 1)
                completion = dice.randrange(ceiling - prompt + 1)
                known = dice.random() < 0.8
                governor.settle(ceiling, prompt if known else None, completion if known else None)
            assert within(governor)
        for ceiling in under_way:
            governor.settle(ceiling, None, None)
        assert within(governor)
        assert governor.reserved.requests == governor.reserved.tokens == 0


@given(st.lists(st.integers(0, 500), max_size=30))
def test_what_is_not_known_to_be_cheap_is_charged_as_dear(ceilings: list[int]) -> None:
    governor = Governor(Budget(requests=100, tokens=10**9, usd=1e3), PRICES)
    for ceiling in ceilings:
        assert governor.reserve(ceiling, 0.0)
        governor.settle(ceiling, None, 3)
    assert governor.spent.tokens == sum(ceilings)
    assert governor.spent.nano_usd == sum(ceilings) * max(PRICES)


def test_the_first_cap_that_was_reached_is_the_one_that_is_named() -> None:
    governor = Governor(Budget(requests=1, tokens=10, usd=1.0))
    assert governor.reserve(10, 0.0)
    assert not governor.reserve(1, 0.0)
    assert not governor.reserve(0, 1e9)
    assert governor.refused == "1 requests"
