"""Rules: each passes what is right, breaks over what is wrong, and says when it saw nothing."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.grading.card import Card, Mark, graded
from mock_server.grading.observed import Attempt, Observed, Ran
from mock_server.grading.rule import rule, rules

SECOND = 10**9
FACTS = {
    "retry": None,
    "agent": "x/1",
    "content_type": "application/json",
    "credential": "bearer",
    "key_in_query": False,
    "asks_usage": True,
}


def attempt(at: float, status: int = 200, **more: Any) -> Attempt:
    facts = {**FACTS, **more.pop("facts", {})}
    told: dict[str, Any] = {
        "request": "a",
        "wait": None,
        "stream": True,
        "left": False,
        "step": "broken",
        "tokens": 42,
        **more,
    }
    began = round(at * SECOND)
    return Attempt(began=began, ended=began + SECOND // 100, status=status, facts=facts, **told)


def ran(code: int | None = 0, output: str = "", **more: Any) -> Ran:
    return Ran(code, output, "", 1.0, **more)


def seen(*attempts: Attempt, says: str = "hello", **more: Any) -> Observed:
    return Observed(attempts, says=says, seconds=9, **more)


WHOLE = attempt(9, step="whole")
WAIT = {"wait": 2 * SECOND}
NOTICING = [
    "reading.break-noticed",
    "stream.truncation-noticed",
    "stream.error-noticed",
]

CASES: list[tuple[str, Mark, Observed]] = [
    ("retry.after-kept", Mark.PASS, seen(attempt(0, 429, **WAIT), attempt(2.01))),
    ("retry.after-kept", Mark.FAIL, seen(attempt(0, 429, **WAIT), attempt(1.5))),
    ("retry.after-kept", Mark.NOT_SEEN, seen(attempt(0, 429, **WAIT))),
    ("retry.after-kept", Mark.NOT_SEEN, seen(attempt(0, 429), attempt(0.1))),
    ("retry.after-kept", Mark.NOT_SEEN, seen(attempt(0, 429, **WAIT), attempt(1, request="b"))),
    ("retry.refused-left-alone", Mark.PASS, seen(attempt(0, 400), attempt(1, request="b"))),
    ("retry.refused-left-alone", Mark.FAIL, seen(attempt(0, 402), attempt(1))),
    ("retry.refused-left-alone", Mark.PASS, seen(attempt(0, 401), attempt(1, facts={"retry": 0}))),
    ("retry.refused-left-alone", Mark.FAIL, seen(attempt(0, 404), attempt(1, facts={"retry": 1}))),
    ("retry.refused-left-alone", Mark.NOT_SEEN, seen(attempt(0, 503), attempt(1))),
    ("retry.tries-again", Mark.PASS, seen(attempt(0, 503), attempt(1))),
    ("retry.tries-again", Mark.WARN, seen(attempt(0, 503))),
    ("retry.tries-again", Mark.NOT_SEEN, seen(attempt(0, 400))),
    ("retry.backs-off", Mark.PASS, seen(attempt(0, 500), attempt(0.5, 500), attempt(1.6))),
    ("retry.backs-off", Mark.WARN, seen(attempt(0, 500), attempt(0.03))),
    ("retry.backs-off", Mark.WARN, seen(attempt(0, 500), attempt(1.0, 500), attempt(1.4))),
    ("retry.backs-off", Mark.PASS, seen(attempt(0, 500), attempt(0.5, 500), attempt(0.9))),
    ("retry.backs-off", Mark.NOT_SEEN, seen(attempt(0, 429, **WAIT), attempt(2.1))),
    ("retry.ends", Mark.PASS, seen(attempt(0, 503), attempt(1, 503), ran=ran(1))),
    ("retry.ends", Mark.FAIL, seen(*(attempt(number, 503) for number in range(11)))),
    ("retry.ends", Mark.FAIL, seen(attempt(0, 503), attempt(1, 503), ran=ran(None))),
    ("retry.ends", Mark.NOT_SEEN, seen(attempt(0, 503))),
    ("retry.failure-told", Mark.PASS, seen(attempt(0, 400), ran=ran(2))),
    ("retry.failure-told", Mark.FAIL, seen(attempt(0, 400), ran=ran(0))),
    ("retry.failure-told", Mark.NOT_SEEN, seen(ran=ran(0))),
    ("retry.failure-told", Mark.NOT_SEEN, seen(attempt(0, 400), ran=ran(None))),
    *[(name, Mark.PASS, seen(attempt(0), ran=ran(1))) for name in NOTICING],
    *[(name, Mark.PASS, seen(attempt(0), WHOLE, ran=ran(0))) for name in NOTICING],
    *[(name, Mark.FAIL, seen(attempt(0), ran=ran(0))) for name in NOTICING],
    *[(name, Mark.NOT_SEEN, seen(attempt(0), ran=ran(None))) for name in NOTICING],
    *[(n, Mark.NOT_SEEN, seen(attempt(0, stream=False), ran=ran(0))) for n in NOTICING[1:]],
    ("reading.break-noticed", Mark.FAIL, seen(attempt(0, stream=False), ran=ran(0))),
    ("stream.length-noticed", Mark.PASS, seen(WHOLE, ran=ran(0, "hello (length)"))),
    ("stream.length-noticed", Mark.PASS, seen(WHOLE, ran=ran(3, "hello"))),
    ("stream.length-noticed", Mark.PASS, seen(WHOLE, attempt(10, request="b"), ran=ran(0))),
    ("stream.length-noticed", Mark.WARN, seen(WHOLE, ran=ran(0, "hello"))),
    ("stream.length-noticed", Mark.WARN, seen(WHOLE, says="length", ran=ran(0, "length"))),
    ("stream.usage-survived", Mark.PASS, seen(WHOLE, ran=ran(0, "hello"))),
    ("stream.usage-survived", Mark.FAIL, seen(WHOLE, ran=ran(1, "hello"))),
    ("stream.usage-survived", Mark.FAIL, seen(WHOLE, ran=ran(0, "hell"))),
    (
        "stream.usage-survived",
        Mark.NOT_SEEN,
        seen(attempt(0, facts={"asks_usage": False}), ran=ran(0, "hello")),
    ),
    ("stream.usage-read", Mark.PASS, seen(WHOLE, ran=ran(0, "hello 42"))),
    ("stream.usage-read", Mark.WARN, seen(WHOLE, ran=ran(0, "hello"))),
    ("stream.cancel-closes", Mark.PASS, seen(WHOLE, ran=ran(interrupted=True, closed=0.1))),
    ("stream.cancel-closes", Mark.FAIL, seen(WHOLE, ran=ran(interrupted=True))),
    ("stream.cancel-closes", Mark.FAIL, seen(WHOLE, ran=ran(interrupted=True, closed=5.5))),
    ("stream.cancel-closes", Mark.NOT_SEEN, seen(WHOLE, ran=ran())),
    ("reading.answer-delivered", Mark.PASS, seen(WHOLE, ran=ran(0, ">hello<"))),
    ("reading.answer-delivered", Mark.FAIL, seen(WHOLE, ran=ran(0, "h"))),
    ("reading.answer-delivered", Mark.FAIL, seen(WHOLE, ran=ran(None, "hello"))),
    ("reading.answer-delivered", Mark.NOT_SEEN, seen(attempt(0, 503), ran=ran(1))),
    ("key.stays", Mark.PASS, seen(attempt(0, 307))),
    (
        "key.stays",
        Mark.PASS,
        seen(attempt(0, 307), elsewhere=(attempt(1, 401, facts={"credential": "none"}),)),
    ),
    ("key.stays", Mark.FAIL, seen(attempt(0, 307), elsewhere=(attempt(1),))),
    ("key.stays", Mark.NOT_SEEN, seen()),
    ("key.in-header", Mark.PASS, seen(WHOLE)),
    ("key.in-header", Mark.FAIL, seen(attempt(0, facts={"key_in_query": True}))),
    ("key.in-header", Mark.NOT_SEEN, seen()),
    (
        "request.labelled",
        Mark.PASS,
        seen(attempt(0, facts={"content_type": "Application/JSON;"})),
    ),
    ("request.labelled", Mark.FAIL, seen(attempt(0, 415, facts={"content_type": "text/plain"}))),
    ("request.labelled", Mark.NOT_SEEN, seen()),
    ("request.agent-named", Mark.PASS, seen(WHOLE)),
    ("request.agent-named", Mark.WARN, seen(attempt(0, facts={"agent": ""}))),
    ("request.agent-named", Mark.NOT_SEEN, seen()),
]


@pytest.mark.parametrize(("identity", "mark", "observed"), CASES)
def test_a_rule_comes_to_its_mark(identity: str, mark: Mark, observed: Observed) -> None:
    card = Card(tuple(graded(observed, "s", [identity])))
    grade = card.of(identity)
    assert grade.mark is mark
    assert card.failed is (Mark.FAIL in card.marks.values())
    if mark in (Mark.FAIL, Mark.WARN):
        assert grade.expected
        assert grade.got
    if mark is Mark.NOT_SEEN:
        assert grade.got


def test_every_rule_has_been_seen_to_say_yes_and_no() -> None:
    said: dict[str, set[Mark]] = {}
    for identity, mark, _ in CASES:
        said.setdefault(identity, set()).add(mark)
    assert set(said) == set(rules())
    assert all(Mark.PASS in marks and marks & {Mark.FAIL, Mark.WARN} for marks in said.values())


def test_a_rule_has_a_sentence_and_a_name_of_its_own() -> None:
    def silent(observed: Observed) -> None:
        return None

    one = next(iter(rules().values()))
    with pytest.raises(TypeError, match="a sentence and a name of its own"):
        rule("new.rule", one.level, one.basis)(silent)
    with pytest.raises(TypeError, match="a sentence and a name of its own"):
        rule(one.id, one.level, one.basis)(one.judge)


def test_the_worst_mark_of_a_rule_counts() -> None:
    good = seen(attempt(0, 429, **WAIT), attempt(2.01))
    bad = seen(attempt(0, 429, **WAIT), attempt(0.1))
    card = Card((*graded(good, "one"), *graded(bad, "two"), *graded(seen(), "three")))
    assert card.marks["retry.after-kept"] is Mark.FAIL
    assert card.of("retry.after-kept").scenario == "two"
    assert card.failed
    with pytest.raises(KeyError):
        card.of("retry.tries-again")
