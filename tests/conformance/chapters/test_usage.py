"""Usage: whole numbers that add up, and that mean what was sent and made."""

from dataclasses import replace
from json import dumps as dump
from typing import Any

import pytest

from conformance.exchange import Exchange
from conformance.probes.usage import REPEATS
from tests.conformance.answers import GOOD, chunk, completion, exchange, request, streamed
from tests.conformance.chapters.judging import accusers, found, labelled, opinion


def counting(prompt: Any = 10, spent: Any = 2, total: Any = 12, **more: Any) -> Exchange:
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": spent,
        "total_tokens": total,
        **more,
    }
    return exchange(dump(completion(usage=usage)).encode())


def test_a_good_count_has_no_accuser_in_either_mode() -> None:
    assert accusers(counting(), "usage") == set()
    assert accusers(streamed(), "usage") == set()


@pytest.mark.parametrize("total", [11, 13, 0])
def test_a_total_that_is_not_the_sum_is_a_finding(total: int) -> None:
    assert found("usage.adds-up", counting(total=total))


@pytest.mark.parametrize("count", [10.5, "10", True, None])
def test_a_count_is_a_whole_number(count: Any) -> None:
    assert found("usage.integers", counting(prompt=count))


def test_a_count_below_zero_is_a_finding() -> None:
    assert found("usage.not-negative", counting(prompt=-1, total=1))


def test_a_prompt_is_never_free_of_tokens() -> None:
    assert found("usage.prompt-counted", counting(prompt=0, total=2))


def test_a_prompt_of_text_has_a_plausible_count_and_an_image_costs_what_it_costs() -> None:
    dear = counting(prompt=773, total=775)
    assert found("usage.prompt-plausible", dear)
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    parts = [{"type": "text", "text": "hi"}, image]
    seen = request(messages=[{"role": "user", "content": parts}])
    assert not found("usage.prompt-plausible", replace(dear, request=seen))


def test_details_may_be_absent_null_or_within_the_count() -> None:
    for details in (None, {}, {"cached_tokens": 0}, {"cached_tokens": 10}):
        assert not found("usage.cached-within", counting(prompt_tokens_details=details))
    more = counting(prompt_tokens_details={"cached_tokens": 11})
    assert found("usage.cached-within", more)


def test_a_completion_without_usage_is_a_finding() -> None:
    without = {name: value for name, value in completion().items() if name != "usage"}
    assert found("usage.present", exchange(dump(without).encode()))


def test_a_stream_brings_its_usage_once() -> None:
    twice = [*GOOD[:-1], GOOD[-2], "[DONE]"]
    assert found("usage.stream-once", streamed(twice))
    assert not found("usage.stream-once", streamed())


def test_a_usage_behind_the_sentinel_comes_too_late() -> None:
    late = [*GOOD[:-2], "[DONE]", GOOD[-2]]
    assert found("usage.stream-before-done", streamed(late))


def test_a_usage_on_the_chunk_with_a_choice_is_not_on_a_chunk_of_its_own() -> None:
    joined = [*GOOD[:-3], chunk(finish="stop", usage=completion()["usage"]), "[DONE]"]
    assert found("usage.stream-own-chunk", streamed(joined))
    assert not found("usage.stream-once", streamed(joined))


def test_longer_prompts_count_more() -> None:
    def row(*counts: int) -> list[Exchange]:
        return [
            labelled(counting(prompt=count, total=count + 2), f"words-{repeats}")
            for repeats, count in zip(REPEATS, counts, strict=True)
        ]

    growing = [20 + repeats for repeats in REPEATS]
    assert not opinion("usage.prompt-grows", row(*growing))[0]
    assert opinion("usage.prompt-grows", row(*[25] * len(REPEATS)))[0]
