"""Judges of parameters, on small answers made by hand: what they accuse, and what is legal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.exchange import Exchange, Setting
from conformance.verdict import NotApplicable
from tests.conformance import answers
from tests.conformance.answers import chunk, completion, request
from tests.conformance.chapters.judging import accusers, found, labelled, opinion

GREEDY = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16"
SETTING = Setting(greedy=GREEDY)


def answer(
    text: str = "Hé!",
    finish: Any = "stop",
    tokens: int | None = 2,
    *,
    label: str = "one",
    **asked: Any,
) -> Exchange:
    """An answer in one piece to a request with some parameters."""
    whole = completion()
    whole["choices"][0]["message"]["content"] = text
    whole["choices"][0]["finish_reason"] = finish
    whole["usage"] = tokens and {
        "prompt_tokens": 10,
        "completion_tokens": tokens,
        "total_tokens": 10 + tokens,
    }
    return labelled(answers.exchange(json.dumps(whole).encode(), request=request(**asked)), label)


def streamed(text: str, finish: str = "stop", *, label: str = "one", **asked: Any) -> Exchange:
    """The same as a stream, in pieces of three characters."""
    pieces = [chunk({"content": text[at : at + 3]}) for at in range(0, len(text), 3)]
    payloads = [chunk({"role": "assistant"}), *pieces, chunk(finish=finish), "[DONE]"]
    return labelled(answers.streamed(payloads, request=request(stream=True, **asked)), label)


def several(*choices: tuple[int, str, str], tokens: int = 4, **asked: Any) -> Exchange:
    """An answer of several choices: index, text and finish reason of each."""
    whole = completion()
    whole["choices"] = [
        {"index": i, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        for i, text, finish in choices
    ]
    usage = {"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens}
    body = json.dumps({**whole, "usage": usage}).encode()
    return answers.exchange(body, request=request(**asked))


# Ceilings


@pytest.mark.parametrize(
    ("exchange", "wrong"),
    [
        (answer(tokens=5, max_tokens=5), False),
        (answer(tokens=6, max_tokens=5), True),
        (answer(tokens=6, max_completion_tokens=5), True),
        (answer(tokens=6, max_tokens=5, max_completion_tokens=9), True),
        (answer(tokens=10, max_tokens=5, n=2), False),
        (answer(tokens=11, max_tokens=5, n=2), True),
        (answer(tokens=60, max_tokens=None), False),
    ],
)
def test_a_cap_is_a_bound_on_each_choice(exchange: Exchange, wrong: bool) -> None:
    assert bool(found("sampling.cap-respected", exchange)) is wrong


@pytest.mark.parametrize(
    ("exchange", "wrong"),
    [
        (answer(finish="length", tokens=64, max_tokens=64), False),
        (answer(finish="length", tokens=63, max_tokens=64), False),
        (answer(finish="length", tokens=5, max_tokens=64), True),
        (answer(finish="stop", tokens=5, max_tokens=64), False),
        (answer("Hé", finish="length", tokens=None, max_tokens=64), True),
        (answer("", finish="length", tokens=None, max_tokens=64), False),
        (answer(finish="length", tokens=500, max_tokens=4000), False),
    ],
)
def test_length_is_said_only_where_the_cap_or_the_window_was_reached(
    exchange: Exchange, wrong: bool
) -> None:
    assert bool(found("sampling.short-stops", exchange)) is wrong


def caps(**texts: tuple[str, str, int]) -> list[Exchange]:
    """Counting answers by label: text, finish reason and tokens; the cap stands in the label."""
    return [
        answer(
            text,
            finish,
            tokens,
            label=label.replace("_", "-"),
            max_tokens=int(label.rpartition("_")[2]),
        )
        for label, (text, finish, tokens) in texts.items()
    ]


def test_an_answer_that_is_the_beginning_of_a_longer_one_was_cut() -> None:
    cut = caps(cap_1=("1", "stop", 1), cap_5=("1, 2,", "length", 5))
    findings, _ = opinion("sampling.cap-length", cut, SETTING)
    assert [finding.actual for finding in findings] == ["'stop'"]


def test_an_answer_that_fills_one_cap_may_have_ended_there() -> None:
    other = Setting(greedy="quite another answer")
    one = caps(cap_1=("No", "stop", 1), cap_5=("No way", "length", 4))
    assert opinion("sampling.cap-length", one, other)[0] == ()
    both = caps(cap_1=("No", "stop", 1), cap_5=("No way to do it", "stop", 5))
    assert len(opinion("sampling.cap-length", both, other)[0]) == 2


def test_a_lower_cap_gives_a_beginning_even_inside_a_character() -> None:
    foreign = Setting(greedy="Grüße aus Kyōto, 東京")
    good = caps(cap_1=("Gr\ufffd", "length", 1), cap_5=("Grüße ", "length", 5))
    assert opinion("sampling.cap-prefix", good, foreign)[0] == ()
    bad = caps(cap_5=("Sure! Gr", "length", 5))
    assert opinion("sampling.cap-prefix", bad, foreign)[0]


def test_a_newer_cap_may_be_refused() -> None:
    refusal = replace(answer(label="newer", max_completion_tokens=5), status=400)
    _, reason = opinion("sampling.completion-cap", [refusal], SETTING)
    assert isinstance(reason, NotApplicable)
    assert opinion("sampling.completion-cap-accepted", [refusal], SETTING)[0]


# Stop texts


@pytest.mark.parametrize("mode", [answer, streamed], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("text", "stop", "wrong"),
    [
        ("1, 2", "3", False),
        ("1, 2, 3", "3", True),
        ("1, 2, 3, 4", ["x", "3"], True),
        ("", "1", False),
        ("1, 2", [3, None], False),
    ],
)
def test_a_stop_text_is_not_in_the_answer(mode: Any, text: str, stop: Any, wrong: bool) -> None:
    assert bool(found("sampling.stop-left-out", mode(text, stop=stop))) is wrong


def test_a_stop_text_in_the_second_choice_is_seen() -> None:
    both = several((0, "1, 2", "stop"), (1, "1, 2, 3", "stop"), n=2, stop="3")
    assert found("sampling.stop-left-out", both)


def stopped(text: str, finish: str = "stop", stop: str = "9", label: str = "place-1") -> Exchange:
    return answer(text, finish, label=label, stop=[stop, "x"], temperature=0)


CUT = GREEDY[: GREEDY.find("9")]
RELATIONS = (
    "sampling.stop-nothing-after",
    "sampling.stop-nothing-lost",
    "sampling.stop-finish",
)


@pytest.mark.parametrize(
    ("exchange", "broken"),
    [
        (stopped(CUT), set()),
        (stopped(CUT.rstrip()), set()),
        (stopped(CUT + "9"), {"sampling.stop-nothing-after"}),
        (stopped(CUT + ", 10"), {"sampling.stop-nothing-after"}),
        (stopped(CUT[:-4]), {"sampling.stop-nothing-lost"}),
        (stopped(""), {"sampling.stop-nothing-lost"}),
        (stopped(CUT, "length"), {"sampling.stop-finish"}),
        (stopped("One, two, three"), set()),
        (stopped(GREEDY, stop="zebra"), set()),
    ],
)
def test_a_stop_text_leaves_what_came_before_it(exchange: Exchange, broken: set[str]) -> None:
    found_in = {each for each in RELATIONS if opinion(each, [exchange], SETTING)[0]}
    assert found_in == broken


def test_a_beginning_of_the_stop_text_leaks_into_a_stream() -> None:
    wide = GREEDY[GREEDY.find("9") :][:9]
    leaked = streamed(CUT + wide[:4], label="wide-streamed", stop=[wide], temperature=0)
    assert opinion("sampling.stop-stream-leak", [leaked], SETTING)[0]
    clean = streamed(CUT, label="wide-streamed", stop=[wide], temperature=0)
    assert opinion("sampling.stop-stream-leak", [clean], SETTING)[0] == ()


def test_what_was_held_back_is_given_at_the_end() -> None:
    whole = answer(GREEDY, "length", label="unseen", stop=[f"{GREEDY[-4:]}!"])
    assert opinion("sampling.stop-unseen", [whole], SETTING)[0] == ()
    lost = answer(GREEDY[:-4], "length", label="unseen", stop=[f"{GREEDY[-4:]}!"])
    assert opinion("sampling.stop-unseen", [lost], SETTING)[0]


def test_a_target_whose_answer_offers_no_stop_text_is_not_judged() -> None:
    for identity in ("sampling.stop-text", "sampling.stop-earliest", "sampling.stop-case"):
        findings, reason = opinion(identity, [], SETTING)
        assert findings == ()
        assert isinstance(reason, NotApplicable)


# Choices


@pytest.mark.parametrize(
    ("choices", "broken"),
    [
        (((0, "a", "stop"), (1, "b", "stop")), set()),
        (((1, "a", "stop"), (0, "b", "stop")), set()),
        (((0, "a", "stop"), (0, "b", "stop")), {"sampling.n-index"}),
        (((1, "a", "stop"), (2, "b", "stop")), {"sampling.n-index"}),
        (((0, "a", "stop"), (1, "", "stop")), {"sampling.n-text"}),
        (((0, "", "stop"), (1, "", "stop")), set()),
        (((0, "a", "stop"),), {"sampling.n-count"}),
    ],
)
def test_two_choices_are_two(choices: Any, broken: set[str]) -> None:
    accused = accusers(several(*choices, n=2, max_tokens=9), "sampling")
    assert accused & {"sampling.n-index", "sampling.n-text", "sampling.n-count"} == broken


@pytest.mark.parametrize(("cap", "wrong"), [(1, False), (3, False), (4, True)])
def test_a_choice_of_a_token_or_three_may_hold_a_part_of_a_character(cap: int, wrong: bool) -> None:
    choices = ((0, "a", "length"), (1, "", "length"))
    assert bool(found("sampling.n-text", several(*choices, n=2, max_tokens=cap))) is wrong


def test_each_choice_that_its_cap_cut_says_so() -> None:
    cut = several((0, "a", "length"), (1, "b", "stop"), tokens=8, n=2, max_tokens=4)
    assert found("sampling.n-finish", cut)
    ended = several((0, "a", "length"), (1, "b", "stop"), tokens=7, n=2, max_tokens=4)
    assert found("sampling.n-finish", ended) == ()


def test_choices_that_are_the_same_may_all_end_by_themselves_at_the_cap() -> None:
    alike = several((0, "a", "stop"), (1, "a", "stop"), tokens=8, n=2, max_tokens=4)
    assert found("sampling.n-finish", alike) == ()
    unlike = several((0, "a", "length"), (1, "a", "stop"), tokens=8, n=2, max_tokens=4)
    assert found("sampling.n-finish", unlike)


# Chance


def test_one_of_three_answers_under_a_seed_may_be_another() -> None:
    texts = ("a", "b", "a")
    asked = [answer(text, label=f"seeded-{place}") for place, text in enumerate(texts)]
    assert opinion("sampling.seed-repeats", asked)[0] == ()
    asked[2] = answer("c", label="seeded-2")
    assert opinion("sampling.seed-repeats", asked)[0]


def test_a_seed_may_be_refused() -> None:
    asked = [replace(answer(label=f"seeded-{place}"), status=422) for place in range(3)]
    findings, reason = opinion("sampling.seed-repeats", asked)
    assert findings == ()
    assert isinstance(reason, NotApplicable)
