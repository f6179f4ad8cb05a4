"""A usage object as found, whatever stands in it."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.json_view import ABSENT
from conformance.usage_view import Usage

GOOD = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def test_three_integers_are_read_and_add_up() -> None:
    usage = Usage({**GOOD, "cost": 0.5, "details": {"a": [1, 2]}}, event=9)
    assert (usage.prompt, usage.completion, usage.total) == (3, 4, 7)
    assert usage.counts == (3, 4, 7)
    assert usage.adds_up
    assert usage.event == 9
    assert (usage.cost, usage.at("details", "a", 1)) == (0.5, 2)
    assert usage.at("details", "b") is ABSENT
    assert Usage(GOOD).event is None
    assert Usage(GOOD).cost is ABSENT


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [None, "3", 3.5, True, ...])
def test_a_count_that_is_no_integer_leaves_nothing_to_add(name: str, value: Any) -> None:
    raw = {key: count for key, count in {**GOOD, name: value}.items() if count is not ...}
    usage = Usage(raw)
    assert usage.counts is None
    assert not usage.adds_up


@pytest.mark.parametrize("counts", [(3, 4, 8), (3, 4, 6), (-1, 4, 3), (4, -1, 3), (0, -1, -1)])
def test_what_does_not_add_up_or_is_negative_is_told(counts: tuple[int, int, int]) -> None:
    usage = Usage(dict(zip(GOOD, counts, strict=True)))
    assert usage.counts == counts
    assert not usage.adds_up


def test_nothing_at_all_adds_up() -> None:
    assert Usage(dict.fromkeys(GOOD, 0)).adds_up
