"""From opinions to a ruling: what breaks, what keeps, and what stays open."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from conformance.verdict import (
    KEPT,
    MOST_HEARD,
    Finding,
    Inconclusive,
    NotApplicable,
    NotDecided,
    Note,
    Opinion,
    Untestable,
    Verdict,
    hear,
    rule,
)
from openapi import Level

FOUND = Finding("here", "one", "two", "a/b")
NOTED = Note("odd", "a/b")


def finding(number: int) -> Finding:
    return Finding(f"place {number}", "one", f"got {number}", "a/b")


def test_a_judge_is_heard_to_its_end_also_when_it_gives_up_half_way() -> None:
    def judge() -> Iterator[Finding | Note]:
        yield NOTED
        yield FOUND
        raise Inconclusive("noise")

    heard = hear(judge())
    assert (heard.findings, heard.notes, heard.count) == ((FOUND,), (NOTED,), 1)
    assert isinstance(heard.undecided, Inconclusive)
    assert heard.undecided.reason == str(heard.undecided) == "noise"
    assert hear(None) == hear([]) == Opinion()


def test_a_judge_that_does_not_stop_is_not_heard_to_its_end() -> None:
    endless = (finding(number) for number in itertools.count())
    heard = hear(endless)
    assert heard.findings == tuple(finding(number) for number in range(MOST_HEARD))
    assert next(endless) == finding(MOST_HEARD)
    ruling = rule("a.b", Level.MUST, [heard])
    assert (ruling.verdict, ruling.count, len(ruling.findings)) == (Verdict.FAIL, MOST_HEARD, KEPT)


@pytest.mark.parametrize(
    ("level", "verdict"), [(Level.MUST, Verdict.FAIL), (Level.SHOULD, Verdict.WARN)]
)
def test_a_finding_anywhere_breaks_it(level: Level, verdict: Verdict) -> None:
    opinions = [Opinion(), Opinion((FOUND,), undecided=Untestable("cut")), Opinion((), (NOTED,))]
    ruling = rule("a.b", level, opinions)
    assert (ruling.requirement, ruling.level, ruling.verdict) == ("a.b", level, verdict)
    assert (ruling.reason, ruling.findings, ruling.notes) == ("", (FOUND,), (NOTED,))
    assert (ruling.count, ruling.judged) == (1, 2)


def test_a_broken_may_is_a_pass_with_a_note_for_each_finding() -> None:
    ruling = rule("a.b", Level.MAY, [Opinion((FOUND,), undecided=Untestable("cut"))])
    assert (ruling.verdict, ruling.findings, ruling.count, ruling.judged) == (
        Verdict.PASS,
        (),
        0,
        1,
    )
    assert ruling.notes == (Note("here: expected one, got two", "a/b"),)
    assert rule("a.b", Level.MAY, [Opinion((FOUND,), count=3)]).judged == 3


def test_one_decided_opinion_keeps_it_and_its_count_is_told() -> None:
    ruling = rule(
        "a.b", Level.MUST, [Opinion(count=3), Opinion(undecided=Untestable("x"), count=9)]
    )
    assert (ruling.verdict, ruling.reason, ruling.judged) == (Verdict.PASS, "", 3)


@pytest.mark.parametrize(
    ("reasons", "verdict", "words"),
    [
        ([NotApplicable("a"), Inconclusive("b"), Untestable("c")], Verdict.UNTESTABLE, "c"),
        ([NotApplicable("a"), Inconclusive("b"), Inconclusive("d")], Verdict.INCONCLUSIVE, "b"),
        ([NotApplicable("a")], Verdict.NOT_APPLICABLE, "a"),
        ([], Verdict.NOT_APPLICABLE, "nothing of the kind was seen in this run"),
    ],
)
def test_the_worst_reason_for_not_deciding_stands(
    reasons: list[NotDecided], verdict: Verdict, words: str
) -> None:
    ruling = rule("a.b", Level.MUST, [Opinion(undecided=reason) for reason in reasons])
    assert (ruling.verdict, ruling.reason, ruling.judged) == (verdict, words, 0)


def test_the_first_few_findings_are_kept_and_what_says_the_same_only_once() -> None:
    again = Finding("elsewhere", FOUND.expected, FOUND.actual, "c/d")
    few = rule("a.b", Level.MUST, [Opinion((FOUND, again)), Opinion((finding(1),))])
    assert few.findings == (FOUND, finding(1))
    assert few.count == 3
    many = tuple(finding(number) for number in range(KEPT + 3))
    ruling = rule("a.b", Level.MUST, [Opinion(many, (NOTED,) * (KEPT + 3))])
    assert ruling.findings == many[:KEPT]
    assert ruling.notes == (NOTED,) * KEPT
    assert ruling.count == KEPT + 3
