"""Campaigns: workers share caps and numbers through a real Redis."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from threading import Thread

import pytest

from conformance.fuzz.shared import Campaigning, campaigning, without_campaign
from conformance.session import Options, Run, bundled_target, hold
from conformance.target import Budget

pytestmark = pytest.mark.redis


def campaign(redis_url: str, name: str) -> Campaigning:
    found = campaigning(f"{redis_url}?campaign={name}")
    assert found is not None
    return found


def test_the_name_of_a_campaign_is_no_part_of_the_address() -> None:
    assert without_campaign("redis://h:1/0?campaign=a&protocol=3") == "redis://h:1/0?protocol=3"
    assert without_campaign("some/folder") == "some/folder"
    assert campaigning("redis://h:1/0") is None


def test_no_two_workers_get_the_same_number(redis_url: str) -> None:
    one, other = campaign(redis_url, "a").numbers(105), campaign(redis_url, "a").numbers(105)
    taken = [next(one), next(other), *one, *other]
    assert sorted(taken) == list(range(105))


def test_the_caps_hold_for_all_workers_together(redis_url: str) -> None:
    budget = Budget(requests=100, tokens=10**9, usd=1000.0)
    governors = [campaign(redis_url, "b").governor(budget, (80, 160)) for _ in range(4)]
    granted = [0] * 4

    def work(index: int) -> None:
        while governors[index].reserve(50, 0.0):
            granted[index] += 1
            governors[index].settle(50, 10, 10)

    threads = [Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(granted) == 100
    assert {each.refused for each in governors} <= {"requests of the campaign", "100 requests"}


def test_what_was_reserved_too_much_is_given_back_to_all(redis_url: str) -> None:
    budget = Budget(requests=1000, tokens=1000, usd=1000.0)
    one, other = (campaign(redis_url, "c").governor(budget, (80, 160)) for _ in range(2))
    assert one.reserve(900, 0.0)
    assert not other.reserve(200, 0.0)
    one.settle(900, 10, 10)
    assert other.reserve(900, 0.0)


def test_two_workers_make_one_campaign(redis_url: str) -> None:
    with bundled_target() as (target, keys):
        capped = replace(target, budget=Budget(requests=400, tokens=10**7, usd=100.0))

        async def both() -> list[Run]:
            address = f"{redis_url}?campaign=d"
            options = Options(5, "request.model-required", fuzz=120, database=address)
            return list(await asyncio.gather(*(hold(capped, keys, options) for _ in range(2))))

        runs = asyncio.run(both())
    cases = [run.harvest.cases for run in runs if run.harvest is not None]
    assert sum(cases) == 120
    assert all(cases)
    spent = sum(run.header.spent["requests"] for run in runs)
    assert spent <= 400
