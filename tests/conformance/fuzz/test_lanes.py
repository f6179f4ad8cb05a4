"""Lanes: order kept, the slow on their own, never too many, and nothing left behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing

import pytest

from conformance.fuzz import lanes
from conformance.fuzz.lanes import in_order


class Workshop:
    """Work that takes as many turns of the loop as it is told to."""

    def __init__(self) -> None:
        self.under_way: Counter[bool] = Counter()
        self.most: Counter[bool] = Counter()
        self.done: list[int] = []
        self.cancelled = 0

    async def hold(self, turns: int) -> int:
        slow = turns >= 100
        self.under_way[slow] += 1
        self.most[slow] = max(self.most[slow], self.under_way[slow])
        try:
            for _ in range(turns):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.under_way[slow] -= 1
        self.done.append(turns)
        return turns


async def collected(items: list[int], shop: Workshop, **options: object) -> list[int]:
    outcomes = in_order(items, shop.hold, slow=lambda turns: turns >= 100, **options)  # type: ignore[arg-type]
    return [outcome async for outcome in outcomes]


def test_outcomes_come_in_the_order_of_the_items() -> None:
    items, shop = [7, 1, 0, 12, 3, 3, 0, 9] * 5, Workshop()
    assert asyncio.run(collected(items, shop, lanes=4)) == items
    assert shop.most[False] == 4


def test_what_nobody_answers_keeps_nobody_waiting() -> None:
    items, shop = [500, 500, *range(20)], Workshop()
    assert asyncio.run(collected(items, shop, lanes=2)) == items
    assert shop.done == [*range(20), 500, 500]
    assert shop.most == {True: 2, False: 2}


def test_what_waits_for_an_earlier_one_is_bounded_in_number_and_in_weight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop, items = Workshop(), [400, *[1] * 30]
    monkeypatch.setattr(lanes, "AHEAD", 10)
    assert asyncio.run(collected(items, shop, lanes=3)) == items
    assert shop.done.index(400) <= 10
    monkeypatch.setattr(lanes, "AHEAD", 1000)
    monkeypatch.setattr(lanes, "MOST_BYTES", 3)
    heavy = Workshop()
    assert asyncio.run(collected(items, heavy, lanes=3, weight=lambda turns: 1)) == items
    assert heavy.done.index(400) <= 3 + 1 + 3


def test_whoever_stops_listening_leaves_nothing_under_way() -> None:
    shop = Workshop()

    async def first() -> int:
        async with aclosing(in_order([1, *[50] * 20], shop.hold, lanes=5)) as outcomes:
            return await anext(outcomes)

    assert asyncio.run(first()) == 1
    assert not any(shop.under_way.values())
    assert shop.cancelled
