"""The numbers of any one answer: where each judge's patience ends, in both modes."""

from dataclasses import replace
from json import dumps as dump
from typing import Any

import pytest

from conformance.catalogue import EveryExchange
from conformance.exchange import Exchange
from tests.conformance.answers import chunk, completion, exchange, request, streamed
from tests.conformance.chapters.judging import JUDGES, found

PLAUSIBLE = "usage.completion-plausible"


def usage(prompt: Any = 10, spent: Any = 2, total: Any = None, **more: Any) -> dict[str, Any]:
    total = prompt + spent if total is None else total
    return {"prompt_tokens": prompt, "completion_tokens": spent, "total_tokens": total, **more}


def answer(text: str, *texts: str, **counts: Any) -> Exchange:
    whole = completion(usage=usage(**counts))
    (choice,) = whole["choices"]
    whole["choices"] = [
        {**choice, "index": index, "message": {**choice["message"], "content": each}}
        for index, each in enumerate((text, *texts))
    ]
    return exchange(dump(whole).encode())


def twice(first: dict[str, Any], last: dict[str, Any]) -> Exchange:
    """A stream that brings its usage on two chunks: events 2 and 4."""
    ends = [chunk(choices=[], usage=each) for each in (first, last)]
    role, text = chunk({"role": "assistant"}), chunk({"content": "Hé!"})
    return streamed([role, text, ends[0], chunk(finish="stop"), ends[1], "[DONE]"])


@pytest.mark.parametrize(
    "identity",
    [
        "usage.present",
        "usage.integers",
        "usage.not-negative",
        "usage.adds-up",
        "usage.prompt-counted",
        "usage.completion-counted",
        PLAUSIBLE,
    ],
)
def test_a_forged_count_is_caught_in_every_mode_it_is_judged_in(identity: str) -> None:
    judge = JUDGES[identity]
    assert isinstance(judge, EveryExchange)
    modes = [answer("Hé!"), streamed()] if identity != "usage.present" else [answer("Hé!")]
    for good in modes:
        assert not found(identity, good)
        forged = judge.forgery(good)
        assert forged is not None
        assert found(identity, forged)


def test_a_forgery_of_usage_needs_one() -> None:
    bare = exchange(dump({**completion(), "usage": None}).encode())
    judge = JUDGES["usage.adds-up"]
    assert isinstance(judge, EveryExchange)
    assert judge.forgery(bare) is None


def test_what_is_shown_is_what_came() -> None:
    bare = {name: value for name, value in completion().items() if name != "usage"}
    (missing,) = found("usage.present", exchange(dump(bare).encode()))
    assert missing.actual == "no such member"
    (text,) = found("usage.integers", answer("Hé!", prompt="10", total=12))
    assert text.actual == "'10'"
    (sum_,) = found("usage.adds-up", answer("Hé!", total=13))
    assert (sum_.expected, sum_.actual) == ("total_tokens 10 + 2 = 12", "total_tokens 13")


def test_nothing_is_not_below_nothing() -> None:
    assert not found("usage.not-negative", answer("", spent=0))


def test_the_counts_of_a_failed_answer_are_not_judged() -> None:
    assert not found("usage.adds-up", replace(answer("Hé!", total=99), status=500))


def test_a_prompt_without_words_may_cost_nothing() -> None:
    free = answer("Hé!", prompt=0)
    assert found("usage.prompt-counted", free)
    mute = request(messages=[{"role": "user", "content": ""}])
    assert not found("usage.prompt-counted", replace(free, request=mute))


@pytest.mark.parametrize(("spent", "findings"), [(-1, 0), (0, 1), (1, 0)])
def test_text_costs_something_and_what_is_below_nothing_is_judged_elsewhere(
    spent: int, findings: int
) -> None:
    assert len(found("usage.completion-counted", answer("Hé!", spent=spent))) == findings
    assert not found("usage.completion-counted", answer("", spent=spent))


def test_of_a_usage_that_grows_in_a_stream_the_last_one_counts() -> None:
    growing = twice(usage(spent=0), usage(spent=2))
    assert not found("usage.completion-counted", growing)
    assert not found(PLAUSIBLE, twice(usage(spent=900), usage(spent=2)))
    (finding,) = found("usage.completion-counted", twice(usage(spent=2), usage(spent=0)))
    assert "event 4" in finding.where
    (finding,) = found(PLAUSIBLE, twice(usage(spent=2), usage(spent=900)))
    assert "event 4" in finding.where


def test_a_usage_that_cannot_be_added_up_hides_none_after_it() -> None:
    strange = usage(spent="2", total=12)
    assert found("usage.adds-up", twice(strange, usage(total=13)))


@pytest.mark.parametrize(
    ("texts", "least", "most"),
    [
        (("Hé!",), 0, 4 + 16),
        (("x" * 127,), 1, 127 + 16),
        (("x" * 128,), 2, 128 + 16),
        (("x" * 126,), 1, 126 + 16),
        (("abc", "de"), 0, 5 + 2 * 16),
    ],
)
def test_a_text_costs_no_more_tokens_than_bytes_and_not_absurdly_few(
    texts: tuple[str, ...], least: int, most: int
) -> None:
    for spent in (least, most):
        assert not found(PLAUSIBLE, answer(*texts, spent=spent))
    for spent in (least - 1, most + 1):
        assert found(PLAUSIBLE, answer(*texts, spent=spent))


@pytest.mark.parametrize(("spent", "findings"), [(16, 0), (17, 1)])
def test_an_answer_without_choices_has_the_margin_of_one(spent: int, findings: int) -> None:
    empty = exchange(dump(completion(choices=[], usage=usage(spent=spent))).encode())
    assert len(found(PLAUSIBLE, empty)) == findings


def test_tokens_that_went_elsewhere_are_not_held_against_the_text() -> None:
    def thought(tokens: int) -> Exchange:
        details = {"reasoning_tokens": tokens}
        return answer("Hé!", spent=500, completion_tokens_details=details)

    assert found(PLAUSIBLE, thought(0))
    assert not found(PLAUSIBLE, thought(480))
    stopped = replace(thought(0), request=request(stop=["!"]))
    assert not found(PLAUSIBLE, stopped)
    assert not found(PLAUSIBLE, answer("Hé!", spent="2", total=12))
