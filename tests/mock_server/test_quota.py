"""The quota: never a unit too many in any minute, and its word on waiting is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.quota import SECOND, Quota

MINUTE = 60 * SECOND
NOW = 1_800_000_000 * SECOND


def test_a_full_quota_is_spent_one_by_one_and_then_refused() -> None:
    quota, full_at = Quota(5), 0
    for left in (4, 3, 2, 1, 0):
        allowance = quota.take(1, NOW, full_at)
        assert (allowance.allowed, allowance.remaining) == (True, left)
        full_at = allowance.full_at
    refused = quota.take(1, NOW, full_at)
    assert not refused.allowed
    assert refused.headers() == {
        "x-ratelimit-limit-requests": "5",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "60",
        "retry-after": "12",
    }


def test_a_refusal_spends_nothing() -> None:
    quota = Quota(1)
    spent = quota.take(1, NOW, 0).full_at
    assert quota.take(1, NOW, spent).full_at == spent


def test_a_quota_of_nothing_refuses_always() -> None:
    assert not Quota(0).take(1, NOW, 0).allowed


def test_a_cost_above_the_limit_is_never_allowed() -> None:
    assert not Quota(5).take(6, NOW, 0).allowed


@given(
    limit=st.integers(1, 10**9),
    costs=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3 * MINUTE)), max_size=60),
)
def test_no_minute_holds_more_than_a_burst_and_its_refill(
    limit: int, costs: list[tuple[int, int]]
) -> None:
    quota, now, full_at = Quota(limit), NOW, 0
    taken: list[tuple[int, int]] = []
    for cost, pause in costs:
        now += pause
        allowance = quota.take(cost, now, full_at)
        full_at = allowance.full_at
        assert 0 <= allowance.remaining <= limit
        if allowance.allowed:
            taken.append((now, cost))
    for start, _ in taken:
        window = [cost for at, cost in taken if start <= at < start + MINUTE]
        assert sum(window) <= 2 * limit


@given(
    limit=st.integers(1, 10_000),
    spent=st.lists(st.integers(0, 2 * SECOND), max_size=40),
    cost=st.integers(1, 20),
)
def test_whoever_waits_as_long_as_told_is_let_in(limit: int, spent: list[int], cost: int) -> None:
    quota, now, full_at = Quota(limit), NOW, 0
    for pause in spent:
        now += pause
        full_at = quota.take(cost, now, full_at).full_at
    refused = quota.take(cost, now, full_at)
    if refused.allowed or cost > limit:
        return
    assert quota.take(cost, now + refused.wait, refused.full_at).allowed
    assert not quota.take(cost, now + refused.wait - 2, refused.full_at).allowed
    later = now + int(refused.headers()["retry-after"]) * SECOND
    assert quota.take(cost, later, refused.full_at).allowed


@given(limit=st.integers(1, 1000), taken=st.integers(0, 1000))
def test_remaining_is_what_can_still_be_taken(limit: int, taken: int) -> None:
    quota, full_at = Quota(limit), 0
    for _ in range(min(taken, limit)):
        full_at = quota.take(1, NOW, full_at).full_at
    probe = quota.take(1, NOW, full_at)
    left = probe.remaining + probe.allowed
    if left:
        assert quota.take(left, NOW, full_at).allowed
    assert not quota.take(left + 1, NOW, full_at).allowed


@pytest.mark.parametrize("back", [1, 3600])
def test_a_clock_that_steps_back_refuses_no_longer_than_it_stepped(back: int) -> None:
    quota = Quota(5)
    full_at = quota.take(1, NOW, 0).full_at
    allowance = quota.take(1, NOW - back * SECOND, full_at)
    assert allowance.wait <= (back + 60) * SECOND
