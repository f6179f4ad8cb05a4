"""Pacing: no minute holds more requests than the target takes, and nobody waits without need."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conformance.pacing import Pacing, expectation, unhurried
from conformance.target import Budget


@given(st.integers(1, 600), st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_minute_holds_too_many(per_minute: int, gaps: list[float]) -> None:
    pacing, now, sent = Pacing(per_minute), 0.0, list[float]()
    for gap in gaps * 3:
        now += gap
        now += pacing.wait(now)
        sent.append(now)
    for start in sent:
        assert sum(start <= each < start + 59.999 for each in sent) <= per_minute


def test_requests_that_come_at_once_are_set_evenly_apart() -> None:
    pacing = Pacing(60)
    assert [pacing.wait(10.0) for _ in range(4)] == [0, 1, 2, 3]
    assert pacing.wait(100.0) == 0


def test_without_a_rate_nobody_waits() -> None:
    assert [Pacing().wait(0.0) for _ in range(3)] == [0, 0, 0]


def test_what_takes_long_is_said_first_and_given_the_time() -> None:
    assert expectation(600, 10) == (
        "at 10 requests a minute, up to 600 requests take up to 60 minutes"
    )
    assert expectation(600, 6000) == expectation(600, None) == ""
    assert unhurried(Budget(requests=600, seconds=600), 10).seconds >= 3600
    assert unhurried(Budget(requests=600, seconds=600), None).seconds == 600
