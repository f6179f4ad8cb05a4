"""The quota: never a unit too many in any minute, and its word on waiting is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.quota import (
    DAY,
    MILLISECOND,
    SECOND,
    Allowance,
    Quota,
    Unit,
    today,
    used_up,
    within_day,
)

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


def test_a_quota_of_tokens_names_tokens() -> None:
    assert Quota(600, unit=Unit.TOKENS).take(30, NOW, 0).headers() == {
        "x-ratelimit-limit-tokens": "600",
        "x-ratelimit-remaining-tokens": "570",
        "x-ratelimit-reset-tokens": "3",
    }


def test_a_refusal_spends_nothing() -> None:
    quota = Quota(1)
    spent = quota.take(1, NOW, 0).full_at
    assert quota.take(1, NOW, spent).full_at == spent


def test_a_refusal_says_what_is_left_and_what_the_same_cost_must_wait_for() -> None:
    quota = Quota(5)
    spent = quota.take(3, NOW, 0).full_at
    step = 12 * SECOND
    assert quota.take(3, NOW, spent) == Allowance(False, 5, 2, spent, 3 * step, step)
    assert quota.answer(False, 1, NOW, spent).wait == 0


def test_a_look_spends_nothing_and_says_what_is_left() -> None:
    quota = Quota(5)
    spent = quota.take(3, NOW, 0).full_at
    assert quota.look(NOW, 0) == Allowance(True, 5, 5, NOW, 0, 0)
    assert quota.look(NOW, spent) == Allowance(True, 5, 2, spent, 36 * SECOND, 0)


@given(
    limit=st.integers(0, 100),
    burst=st.integers(0, 20),
    costs=st.lists(st.tuples(st.integers(0, 10), st.integers(-SECOND, MINUTE)), max_size=20),
)
def test_what_another_state_decided_is_answered_in_the_same_words(
    limit: int, burst: int, costs: list[tuple[int, int]]
) -> None:
    quota, now, full_at = Quota(limit, burst=burst), NOW, 0
    for cost, pause in costs:
        now += pause
        allowance = quota.take(cost, now, full_at)
        assert quota.answer(allowance.allowed, cost, now, full_at) == allowance
        assert allowance.wait == 0 if allowance.allowed else allowance.wait > 0
        full_at = allowance.full_at


def test_a_quota_of_nothing_refuses_always_and_has_no_room_for_a_burst() -> None:
    quota = Quota(0, burst=5)
    refused = quota.take(1, NOW, 0)
    assert refused == quota.look(NOW, 0) == Allowance(False, 0, 0, 0, MINUTE, MINUTE)
    assert (quota.step, quota.room) == (0, 0)


@pytest.mark.parametrize(
    ("nanoseconds", "seconds"),
    [
        (0, "0"),
        (1, "1"),
        (SECOND, "1"),
        (SECOND + 1_000_000, "1"),
        (SECOND + 1_000_001, "2"),
    ],
)
def test_a_reset_is_told_in_whole_seconds_to_the_millisecond(
    nanoseconds: int, seconds: str
) -> None:
    allowance = Allowance(True, 5, 0, NOW, nanoseconds, 0)
    assert allowance.headers()["x-ratelimit-reset-requests"] == seconds


@pytest.mark.parametrize(
    ("nanoseconds", "seconds"), [(0, "1"), (1, "1"), (SECOND, "1"), (SECOND + 1, "2")]
)
def test_whoever_is_refused_waits_a_second_at_least(nanoseconds: int, seconds: str) -> None:
    assert Allowance(False, 5, 0, NOW, 0, nanoseconds).headers()["retry-after"] == seconds


def test_a_cost_above_the_limit_is_never_allowed() -> None:
    assert not Quota(5).take(6, NOW, 0).allowed


@pytest.mark.parametrize("burst", [1, 7, 1200])
def test_a_full_quota_holds_its_burst(burst: int) -> None:
    quota = Quota(600, burst=burst)
    assert quota.take(burst, NOW, 0).remaining == 0
    assert not quota.take(burst + 1, NOW, 0).allowed
    spent = quota.take(burst, NOW, 0).full_at
    assert quota.take(1, NOW, spent).wait == SECOND // 10


@pytest.mark.parametrize("limit", [7, 11, 60, 700_000, 10**9])
def test_a_spent_quota_is_full_again_when_it_says(limit: int) -> None:
    quota = Quota(limit)
    spent = quota.take(limit, NOW, 0)
    reset = int(spent.headers()["x-ratelimit-reset-requests"])
    assert reset == 60
    assert quota.look(NOW + reset * SECOND + MILLISECOND, spent.full_at).remaining == limit


@given(
    limit=st.integers(1, 10**9),
    burst=st.integers(0, 100),
    costs=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3 * MINUTE)), max_size=60),
)
def test_no_minute_holds_more_than_a_burst_and_its_refill(
    limit: int, burst: int, costs: list[tuple[int, int]]
) -> None:
    quota, now, full_at = Quota(limit, burst=burst), NOW, 0
    taken: list[tuple[int, int]] = []
    for cost, pause in costs:
        now += pause
        allowance = quota.take(cost, now, full_at)
        full_at = allowance.full_at
        assert 0 <= allowance.remaining <= quota.room
        if allowance.allowed:
            taken.append((now, cost))
    for start, _ in taken:
        window = [cost for at, cost in taken if start <= at < start + MINUTE]
        assert sum(window) <= (burst or limit) + limit


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
    assert not quota.take(cost, now + refused.wait - 1, refused.full_at).allowed
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
    assert quota.look(NOW, full_at).remaining == left


@pytest.mark.parametrize("back", [1, 3600])
def test_a_clock_that_steps_back_refuses_no_longer_than_it_stepped(back: int) -> None:
    quota = Quota(5)
    full_at = quota.take(1, NOW, 0).full_at
    allowance = quota.take(1, NOW - back * SECOND, full_at)
    assert allowance.wait <= (back + 60) * SECOND
    for told in (allowance, quota.look(NOW - back * SECOND, full_at)):
        assert told.remaining >= 0


@given(limit=st.integers(1, 10**6), ceiling=st.integers(0, 5000), used=st.floats(0, 1))
def test_what_was_not_used_is_given_back_to_the_last_unit(
    limit: int, ceiling: int, used: float
) -> None:
    quota, ceiling = Quota(limit, unit=Unit.TOKENS), min(ceiling, limit)
    truth = int(ceiling * used)
    taken = quota.take(ceiling, NOW, 0).full_at
    after = taken - quota.returned(ceiling - truth, taken, NOW)
    assert after == quota.take(truth, NOW, 0).full_at


@pytest.mark.parametrize("more", [1, 3])
def test_more_than_was_taken_is_charged_too(more: int) -> None:
    quota = Quota(60)
    taken = quota.take(2, NOW, 0).full_at
    assert taken - quota.returned(-more, taken, NOW) == quota.take(2 + more, NOW, 0).full_at


def test_what_has_come_back_by_itself_is_not_given_back_again() -> None:
    quota = Quota(60)
    taken = quota.take(2, NOW, 0).full_at
    assert quota.returned(2, taken, NOW + SECOND) == SECOND
    assert quota.returned(2, taken, NOW + 2 * SECOND + 1) == 0


@given(
    limit=st.integers(10, 100_000),
    calls=st.lists(
        st.tuples(
            st.integers(1, 10_000),  # the most it may take
            st.floats(0, 1),  # the part of it that it takes
            st.integers(0, MINUTE),  # how long it runs
            st.integers(0, MINUTE // 2),  # how long until the next begins
        ),
        max_size=30,
    ),
)
def test_calls_that_overlap_and_give_back_never_exceed_the_limit(
    limit: int, calls: list[tuple[int, float, int, int]]
) -> None:
    quota, full_at, now = Quota(limit), 0, NOW
    running: list[tuple[int, int, int]] = []  # when it ends, what it gives back, what it left
    truths: list[tuple[int, int]] = []  # when it began, what it took
    for most, part, lasts, pause in calls:
        for end, unused, until in sorted(one for one in running if one[0] <= now):
            full_at -= quota.returned(unused, until, end)
            running.remove((end, unused, until))
        allowance = quota.take(most, now, full_at)
        full_at = allowance.full_at
        if allowance.allowed:
            truth = int(most * part)
            running.append((now + lasts, most - truth, full_at))
            truths.append((now, truth))
        now += pause
    for start, _ in truths:
        window = [truth for at, truth in truths if start <= at < start + MINUTE]
        assert sum(window) <= 2 * limit


def test_a_day_that_is_used_up_ends_at_midnight() -> None:
    at = today(NOW) * DAY + 3600 * SECOND
    refused = used_up(Quota(5), at, 0)
    assert (refused.allowed, refused.remaining, refused.daily) == (False, 0, True)
    assert refused.headers()["retry-after"] == str(23 * 3600)
    assert today(at + refused.wait) == today(at) + 1
    assert not Quota(5).take(6, at, 0).daily


@pytest.mark.parametrize(("day", "remaining"), [(9, 5), (3, 3), (0, 0)])
def test_no_more_is_left_than_the_day_leaves(day: int, remaining: int) -> None:
    assert within_day(Quota(5).look(NOW, 0), day).remaining == remaining
