"""Judges of logprobs, on small answers made by hand: what they accuse, and what is legal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.exchange import Exchange
from tests.conformance import answers
from tests.conformance.answers import completion, request
from tests.conformance.chapters.judging import accusers, found


def entry(token: str, logprob: Any = -0.5, **changes: Any) -> dict[str, Any]:
    others = [{"token": token, "logprob": logprob, "bytes": None}]
    return {"token": token, "logprob": logprob, "bytes": None, "top_logprobs": others, **changes}


def with_entries(text: str, value: Any, *, finish: str = "length", tokens: int = 2) -> Exchange:
    whole = completion()
    whole["choices"][0].update(
        message={"role": "assistant", "content": text}, logprobs=value, finish_reason=finish
    )
    whole["usage"] = {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": 1 + tokens}
    asked = request(logprobs=True, top_logprobs=1, max_tokens=tokens)
    return answers.exchange(json.dumps(whole).encode(), request=asked)


SHAPES = ("sampling.logprobs-shape", "sampling.logprobs-values", "sampling.logprobs-text")


@pytest.mark.parametrize(
    ("exchange", "broken"),
    [
        (with_entries("ab", {"content": [entry("a"), entry("b")]}), set()),
        (with_entries("ab", {"content": [entry("a"), entry("b"), entry("<eos>")]}), set()),
        (with_entries("ab", {"content": [entry("a", -9999.0), entry("b", 0)]}), set()),
        (with_entries("ab", {"content": [entry("a", top_logprobs=[]), entry("b")]}), set()),
        (with_entries("a\ufffd", {"content": [entry("a"), entry("\ufffd")]}), set()),
        (with_entries("ab", {"content": None}), set()),
        (with_entries("ab", {"tokens": ["a", "b"]}), {"sampling.logprobs-shape"}),
        (with_entries("ab", {"content": [-0.1, -0.2]}), {"sampling.logprobs-shape"}),
        (with_entries("ab", [1]), {"sampling.logprobs-shape"}),
        (
            with_entries("a", {"content": [entry("a", top_logprobs={"a": -0.5})]}),
            {"sampling.logprobs-shape"},
        ),
        (with_entries("ab", {"content": [entry("a", 0.6), entry("b")]}), {SHAPES[1]}),
        (with_entries("ab", {"content": [entry("b"), entry("a")]}), {SHAPES[2]}),
        (with_entries("abc", {"content": [entry("b"), entry("c")]}), {SHAPES[2]}),
    ],
)
def test_logprobs_are_entries_about_the_text(exchange: Exchange, broken: set[str]) -> None:
    assert {each for each in SHAPES if found(each, exchange)} == broken


def test_a_character_of_two_tokens_is_put_together_from_bytes() -> None:
    halves = [entry("\ufffd", bytes=[0xC3]), entry("\ufffd", bytes=[0xA9])]
    assert found("sampling.logprobs-text", with_entries("é", {"content": halves})) == ()
    assert found("sampling.logprobs-bytes", with_entries("é", {"content": halves})) == ()


def test_bytes_of_a_part_of_a_character_may_be_spelled_out() -> None:
    halves = [entry("\\xc3", bytes=[0xC3]), entry("\\xa9", bytes=[0xA9])]
    assert found("sampling.logprobs-text", with_entries("é", {"content": halves})) == ()
    assert found("sampling.logprobs-bytes", with_entries("é", {"content": halves})) == ()


LOST = [
    entry("a "),
    entry("\\xe3", bytes=[0xE3]),
    entry("ñ"),
    entry(" b"),
    entry("\\xc9", bytes=[0xC9]),
]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a ñ b", False),
        ("a \ufffdñ b\ufffd", False),
        ("a \ufffd\ufffd\ufffd b\ufffd", False),
        ("a ñ", True),
        ("a \ufffd b c\ufffd", True),
        ("a ñ c", True),
        ("a", True),
    ],
)
def test_bytes_that_are_no_character_may_be_left_out_or_replaced(text: str, wrong: bool) -> None:
    assert bool(found("sampling.logprobs-text", with_entries(text, {"content": LOST}))) is wrong
    ended = [*LOST, entry("<eos>")]
    assert bool(found("sampling.logprobs-text", with_entries(text, {"content": ended}))) is wrong


def test_bytes_that_are_code_points_are_seen() -> None:
    wrong = [entry("é", bytes=[233])]
    assert found("sampling.logprobs-bytes", with_entries("é", {"content": [entry("é")]})) == ()
    odd = with_entries("é", {"content": [entry("東", bytes=[26481])]})
    assert found("sampling.logprobs-bytes", odd)
    assert found("sampling.logprobs-bytes", with_entries("é", {"content": wrong}))


@pytest.mark.parametrize(("tokens", "wrong"), [(1, True), (2, False), (3, False), (4, True)])
def test_there_is_an_entry_for_each_token_or_each_but_the_end(tokens: int, wrong: bool) -> None:
    exchange = with_entries("ab", {"content": [entry("a"), entry("b")]}, tokens=tokens)
    assert bool(found("sampling.logprobs-count", exchange)) is wrong


def test_a_sampled_token_may_be_listed_beside_the_likeliest() -> None:
    best = {"token": "b", "logprob": -0.1}
    own = {"token": "a", "logprob": -3.0}
    listed = with_entries("a", {"content": [entry("a", -3.0, top_logprobs=[best, own])]})
    assert found("sampling.top-logprobs-count", listed) == ()
    more = with_entries("a", {"content": [entry("a", top_logprobs=[own, best])]})
    assert found("sampling.top-logprobs-count", more)


@pytest.mark.parametrize("text", [" 1", "\u0120 1"])
def test_a_sign_for_a_blank_is_read_by_its_bytes(text: str) -> None:
    veiled = [entry("\u01201", bytes=[32, 49])]
    assert found("sampling.logprobs-text", with_entries(" 1", {"content": veiled})) == ()
    ids = [entry("token_id:7", bytes=[32, 49])]
    assert found("sampling.logprobs-text", with_entries(text, {"content": ids}))


HOSTILE: list[Any] = [
    None,
    [],
    {},
    {"choices": None},
    {"choices": [None, 1, []]},
    {"choices": [{"index": [], "message": 5, "logprobs": 7, "finish_reason": {}}]},
    {"choices": [{"message": {"content": [1]}, "logprobs": {"content": {"a": 1}}}]},
    {"choices": [{"logprobs": {"content": [None, {"token": 1, "top_logprobs": 3}]}}], "usage": 5},
    {"choices": [{"logprobs": {"content": [{"bytes": [999, "x"], "logprob": "1"}]}}]},
]


@pytest.mark.parametrize("document", HOSTILE, ids=repr)
@pytest.mark.parametrize("stream", [False, True])
def test_no_judge_falls_over_what_a_stranger_sends(document: Any, stream: bool) -> None:
    asked = request(
        n=2, stop=["a", 5], logprobs=True, top_logprobs="x", max_tokens="5", stream=stream
    )
    if stream:
        exchange = answers.streamed([document, "[DONE]"], request=asked)
    else:
        exchange = answers.exchange(json.dumps(document).encode(), request=asked)
    assert accusers(exchange, "sampling", "lora") is not None
