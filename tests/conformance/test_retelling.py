"""Forgeries of what an answer says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance import retelling
from conformance.exchange import Exchange
from conformance.reading import Reading
from tests.conformance import answers
from tests.conformance.answers import chunk, completion


def _two() -> Exchange:
    whole = completion()
    second = {**whole["choices"][0], "index": 1, "message": {"role": "assistant", "content": "No"}}
    whole["choices"].append(second)
    return answers.exchange(json.dumps(whole).encode())


def _two_streamed() -> Exchange:
    payloads: list[Any] = []
    for index, word in enumerate(("Hé!", "No")):
        payloads += [chunk({"role": "assistant", "content": ""}, index=index)]
        payloads += [chunk({"content": letter}, index=index) for letter in word]
        payloads += [chunk(finish="stop", index=index)]
    return answers.streamed([*payloads, "[DONE]"])


MODES = pytest.mark.parametrize("exchange", [_two(), _two_streamed()], ids=["whole", "streamed"])


@MODES
def test_one_choice_gets_another_text(exchange: Exchange) -> None:
    reading = Reading(retelling.with_text(exchange, lambda text: f"{text}?", 1))
    assert (reading.text_of(0), reading.text_of(1)) == ("Hé!", "No?")


@MODES
def test_one_choice_or_all_get_another_end(exchange: Exchange) -> None:
    one = Reading(retelling.with_finish(exchange, "length", 1))
    assert (one.finish_of(0), one.finish_of(1)) == ("stop", "length")
    both = Reading(retelling.with_finish(exchange, "length"))
    assert (both.finish_of(0), both.finish_of(1)) == ("length", "length")


@MODES
def test_one_choice_goes(exchange: Exchange) -> None:
    assert Reading(retelling.without_choice(exchange, 1)).choice_indexes == (0,)


def test_the_total_follows_the_count() -> None:
    reading = Reading(retelling.with_completion_tokens(_two(), lambda count: count + 5))
    assert reading.usage is not None
    assert reading.usage.counts == (10, 7, 17)
    assert reading.usage.adds_up


def test_logprobs_that_are_null_stay_so() -> None:
    reading = Reading(retelling.with_logprobs(_two(), lambda _: "x"))
    assert reading.json.at("choices", 0, "logprobs") is None
