"""Memory and Redis are one state: the same wishes are granted with the same answers."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Awaitable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.ledger import Ending
from mock_server.quota import DAY, MINUTE, SECOND, Quota, Unit
from mock_server.state import (
    Count,
    Find,
    Forget,
    Glance,
    Hold,
    Inspect,
    Keep,
    Listed,
    Look,
    Note,
    Noted,
    Pay,
    Refill,
    Release,
    Sell,
    Settle,
    Sold,
    Sum,
    Take,
    Tallied,
    memory,
    redis,
)
from tests.mock_server.driving import LOOP
from tests.redis_server import RedisServer

pytestmark = pytest.mark.redis
LEASE = 7 * SECOND + 1
NAMES = itertools.count()

limits = st.sampled_from([0, 1, 5, 7, 60, 700_000, 10**9])
bursts = st.sampled_from([0, 1, 3, 10_000])
quotas = st.builds(Quota, limits, st.just(MINUTE), bursts)
token_quotas = st.builds(Quota, limits, st.just(MINUTE), bursts, st.just(Unit.TOKENS))
accounts = st.sampled_from(["a", "b", "ärger | 'x'"])
requests = st.sampled_from([f"r{number}" for number in range(12)])
# Balances beyond what a Lua number holds, and the smallest.
amounts = st.integers(0, 20) | st.sampled_from(
    [10**9 - 1, 10**9, 10**15 - 7, 2**53, 2**53 + 1, 10**18 + 1]
)
days = st.none() | st.integers(0, 4)
tokens = st.integers(0, 3000)

roomy = st.sampled_from([Quota(60_000, unit=Unit.TOKENS), Quota(7_000, unit=Unit.TOKENS)])
usual = st.one_of(
    st.builds(
        Hold,
        requests,
        st.sampled_from("ab"),
        st.integers(0, 20),
        st.just(10**15),
        st.just(LEASE),
        st.just("a"),
        st.none() | st.just(40),
        st.none() | roomy,
        tokens,
    ),
    st.builds(Settle, requests, st.just("a"), st.just(Ending.COMPLETE), tokens, tokens, amounts),
    st.builds(Inspect, st.just("a"), st.just(10**15)),
    st.builds(Sum),
)
"""Calls as they come: held, settled, and looked at now and then."""
odd = st.one_of(
    st.builds(Take, accounts, quotas, st.integers(1, 5), days),
    st.builds(
        Hold,
        requests,
        accounts,
        amounts,
        amounts,
        st.just(LEASE),
        st.sampled_from(["", "a", "b"]),
        st.none() | amounts,
        st.none() | token_quotas,
        tokens,
    ),
    st.builds(
        Settle,
        requests,
        accounts,
        st.sampled_from(list(Ending)),
        tokens,
        tokens,
        amounts,
        st.sampled_from(["", "m:é"]),
        st.sampled_from(["", 'tag "1"']),
    ),
    st.builds(Release, requests, accounts),
    st.builds(Pay, accounts, amounts, amounts, st.booleans()),
    st.builds(Inspect, accounts, amounts),
    st.builds(Look, accounts, quotas, st.none() | token_quotas, days),
    st.builds(Refill, accounts, st.sampled_from([0, 1_800_000_000 * SECOND + 5]), st.just(0)),
)
priced = st.integers(0, 20) | st.sampled_from([10**9 - 1, 10**15 - 7, 2**53 + 1])
selling = st.builds(
    lambda account, quota, cost, most, opening, tokens, paid: Sell(
        Take(account, quota, cost),
        Hold("", account, most, opening, LEASE),
        None
        if paid is None
        else Settle("", account, Ending.COMPLETE, tokens[0], tokens[1], paid, "m:é", '"'),
        0,
    ),
    accounts,
    quotas,
    st.integers(1, 3),
    priced,
    amounts,
    st.tuples(tokens, tokens),
    st.none() | priced,
)
steps = st.lists(
    st.tuples(st.sampled_from([0, 1, 999, SECOND, LEASE, MINUTE, DAY]), usual | odd),
    min_size=5,
    max_size=40,
)


def same(server: RedisServer, wished: list[tuple[int, Any]]) -> None:
    """Grant wishes in both states, each some nanoseconds after the one before."""
    here = memory.build("memory")
    there = redis.build(f"{server.url}?name=same-{next(NAMES)}")
    now = 1_800_000_000 * SECOND

    async def compare() -> None:
        nonlocal now
        held: set[str] = set()
        for pause, wish in wished:
            now += pause
            if isinstance(wish, Hold):
                if wish.request in held:  # a completion's id is never used twice
                    continue
                held.add(wish.request)
            assert await there.grant(wish, now) == here.grant(wish, now), wish
        assert await there.ledger() == here.ledger()

    LOOP.run_until_complete(closing(there, compare()))


async def closing(state: redis.State, compared: Awaitable[None]) -> None:
    """Wait for a comparison, then leave the state."""
    try:
        await compared
    finally:
        await state.aclose()


def sold_here(here: memory.State, wish: Sell, now: int) -> Sold:
    """What a sale comes to by its parts, where it is right from the start or is not begun."""
    quota, hold = wish.take.quota, wish.hold
    full_at = here._requests.get(hold.account, 0)
    before = here.grant(Inspect(hold.account, hold.opening), now)
    allowance = quota.take(wish.take.cost, now, full_at)
    if not allowance.allowed or before.available < hold.amount:
        return Sold(None, 0)
    assert here.grant(wish.take, now) == allowance
    assert here.grant(hold, now)
    assert wish.settle is None or here.grant(wish.settle, now)
    return Sold(allowance, 0)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(selling, min_size=1, max_size=5), min_size=1, max_size=5),
    opening=amounts,
)
def test_what_is_sold_at_once_comes_to_the_same_as_its_parts(
    server: RedisServer, batches: list[list[Sell]], opening: int
) -> None:
    here = memory.build("memory")
    there = redis.build(f"{server.url}?name=sold-{next(NAMES)}")
    names = (f"r{number}" for number in itertools.count())
    now = 1_800_000_000 * SECOND

    async def compare() -> None:
        nonlocal now
        for batch in batches:
            sold = []
            for each in batch:
                now, name = now + 7, next(names)
                hold = dataclasses.replace(each.hold, request=name, opening=opening)
                settle = each.settle and dataclasses.replace(each.settle, request=name)
                wish = dataclasses.replace(each, hold=hold, settle=settle)
                sold.append((wish, now, there.sell_soon(wish, now)))
            for wish, then, answer in sold:
                assert await answer == sold_here(here, wish, then)
        wallets = (await there.ledger())["wallets"]
        # A wallet that nobody could pay from is opened by whoever is told so.
        touched = {name: kept for name, kept in here.ledger()["wallets"].items() if name in wallets}
        assert wallets == touched
        for part in ("charged", "settled", "held", "entries"):
            assert (await there.ledger())[part] == here.ledger()[part]
        assert await there.grant(Sum(), now) == here.grant(Sum(), now)
        assert await there.grant(Sum(), now + 2 * LEASE) == here.grant(Sum(), now + 2 * LEASE)

    LOOP.run_until_complete(closing(there, compare()))


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wished=steps)
def test_money_and_quotas_are_the_same_in_memory_and_in_redis(
    server: RedisServer, wished: list[tuple[int, Any]]
) -> None:
    same(server, wished)


members = st.integers(-(2**63), 2**63 - 1) | st.text(max_size=3)
records = st.dictionaries(st.sampled_from("abc"), members, max_size=2)
kinds = st.sampled_from(["job", "key"])
ids = st.sampled_from(["1", "2", "ü:3"])
keepings = st.one_of(
    st.builds(Count, st.sampled_from(["x", "y"]), st.integers(-5, 5)),
    st.builds(Find, kinds, ids),
    st.builds(Glance, st.lists(st.builds(Find, st.just("key"), ids), max_size=3).map(tuple)),
    st.builds(Keep, kinds, ids, st.none() | records),
    st.builds(Keep, kinds, ids, st.none() | records, st.none() | records),
    st.builds(Listed, kinds),
    st.builds(
        Note, st.sampled_from(["x", "y"]), records, st.integers(1, 3), st.sampled_from("ab ")
    ),
    st.builds(Tallied, st.sampled_from(["x", "y"])),
    st.builds(Noted, st.sampled_from(["x", "y"])),
    st.builds(Forget, st.sampled_from(["x", "y"])),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wished=st.lists(st.tuples(st.just(0), keepings), max_size=40))
def test_records_are_the_same_in_memory_and_in_redis(
    server: RedisServer, wished: list[tuple[int, Any]]
) -> None:
    same(server, wished)
