"""Limits: which refusals say how long to wait, and that the wait is true."""

from json import dumps as dump

import pytest

from conformance.exchange import Exchange
from conformance.verdict import NotApplicable
from tests.conformance.answers import completion, exchange
from tests.conformance.chapters.judging import found, labelled, opinion

ANSWER = dump(completion()).encode()
REFUSED = b'{"error":{"message":"no","type":"rate_limit_error","param":null,"code":"x"}}'


def limited(label: str = "plain", **headers: str) -> Exchange:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    pairs = (("Content-Type", "application/json"), *named)
    return labelled(exchange(REFUSED, status=429, headers=pairs), label)


def answered(label: str, **headers: str) -> Exchange:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return labelled(exchange(ANSWER, headers=named), label)


@pytest.mark.parametrize("wait", ["1", "60", " 12 ", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_wait_is_seconds_or_a_date(wait: str) -> None:
    assert not found("limits.retry-after-grammar", limited(retry_after=wait))


@pytest.mark.parametrize("wait", ["1s", "soon", "-1", "1.5", "2026-01-01T00:00:00Z"])
def test_a_wait_is_nothing_else(wait: str) -> None:
    assert found("limits.retry-after-grammar", limited(retry_after=wait))


def test_a_refusal_without_a_wait_is_a_finding_and_an_answer_without_one_is_not() -> None:
    assert found("limits.retry-after", limited())
    assert not found("limits.retry-after", answered("plain"))


def test_the_milliseconds_beside_the_seconds_may_differ_by_their_rounding() -> None:
    assert not found("limits.retry-after-ms", limited(retry_after="2", retry_after_ms="1400"))
    assert found("limits.retry-after-ms", limited(retry_after="2", retry_after_ms="2"))


def test_a_day_of_quota_may_last_a_day() -> None:
    daily = REFUSED.replace(b'"code":"x"', b'"code":"daily_quota_exceeded"')
    long = limited(retry_after="80000")
    assert found("limits.retry-after-short", long)
    assert not found(
        "limits.retry-after-short",
        exchange(daily, status=429, headers=long.headers),
    )


@pytest.mark.parametrize("value", ["no-store", "no-cache", "private, max-age=0", ""])
def test_a_refusal_that_is_not_kept_is_in_order(value: str) -> None:
    assert not found("limits.not-cached", limited(cache_control=value))


def test_a_refusal_that_is_kept_for_an_hour_refuses_whoever_comes_next() -> None:
    assert found("limits.not-cached", limited(cache_control="max-age=3600"))


def test_another_key_is_not_at_its_limit() -> None:
    assert not opinion("limits.per-key", [limited(), answered("other-key")])[0]
    assert opinion("limits.per-key", [limited(), limited("other-key")])[0]


def test_a_quota_that_was_never_used_up_keeps_no_wait() -> None:
    _, undecided = opinion("limits.retry-after-true", [answered("last")])
    assert isinstance(undecided, NotApplicable)


def test_whoever_waited_as_told_is_answered() -> None:
    told = limited("last", retry_after="1")
    assert not opinion("limits.retry-after-true", [told, answered("obedient")])[0]
    assert opinion("limits.retry-after-true", [told, limited("obedient")])[0]


def test_what_remains_falls_from_one_answer_to_the_next() -> None:
    def row(*left: str) -> list[Exchange]:
        return [
            answered(
                f"row-{place}",
                x_ratelimit_limit_requests="5",
                x_ratelimit_remaining_requests=each,
            )
            for place, each in enumerate(left)
        ]

    assert not opinion("limits.remaining-falls", row("4", "3", "2"))[0]
    assert opinion("limits.remaining-falls", row("4", "4", "3"))[0]
    assert isinstance(opinion("limits.remaining-falls", row("4"))[1], NotApplicable)
