"""Wishes in the words of `redis.lua`, and its answers in ours. Knows no connection.

All that is multiplied or divided is done here, by the same `Quota` as in memory.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mock_server.ledger import Refusal
from mock_server.quota import Quota, Unit, today, used_up, within_day
from mock_server.state import (
    ANYTHING,
    Count,
    Find,
    Forget,
    Glance,
    Glanced,
    Held,
    Hold,
    Inspect,
    Keep,
    Listed,
    Look,
    Looked,
    Note,
    Noted,
    Pay,
    Purse,
    Refill,
    Release,
    Settle,
    Settled,
    Shared,
    Sum,
    Take,
    Tallied,
    Totals,
)
from mock_server.state.asking import Argument, Asking, narrow, wide
from mock_server.state.records import WATCHED, packed
from mock_server.text import dumps, loads

SOURCE = Path(__file__).with_name("redis.lua").read_text(encoding="utf-8")


def asking(wish: Shared, now: int) -> Asking:
    """Return how the script is asked for a wish at `now`."""
    found: Asking = _ASKINGS[type(wish)](wish, now)
    return found


def _take(wish: Take, now: int) -> Asking:
    quota, cost = wish.quota, wish.cost

    def read(answer: Any) -> Any:
        verdict, full_at, used = answer[0], narrow(answer[1]), int(answer[2])
        if verdict == 2:
            return used_up(quota, now, full_at)
        allowance = quota.answer(verdict == 1, cost, now, full_at)
        if wish.daily is None or verdict != 1:
            return allowance
        return within_day(allowance, wish.daily - used)

    daily = "" if wish.daily is None else wish.daily
    span = wide(cost * quota.step)
    arguments = ("take", wish.account, wide(now), span, _room(quota), cost, daily, today(now))
    return Asking(arguments, read)


def _hold(wish: Hold, now: int) -> Asking:
    quota, most, lapses = wish.quota, wish.tokens, now + wish.lease

    def read(answer: Any) -> Held:
        refusal = Refusal(answer[0].decode()) if answer[0] else None
        if quota is None:
            return Held(refusal)
        full_at = narrow(answer[1])
        if refusal in (Refusal.CAP, Refusal.WALLET):
            return Held(refusal, quota.look(now, full_at))
        return Held(refusal, quota.answer(refusal is None, most, now, full_at))

    limits: tuple[Argument, ...] = ("", "", "", "")
    if quota is not None:
        words = dumps([str(part) for part in (quota.limit, quota.period, quota.burst, quota.step)])
        limits = (words, most, wide(most * quota.step), _room(quota))
    arguments = (
        *("hold", wish.request, wish.account, wish.wallet or wish.account),
        *(wide(wish.amount), wide(wish.opening), *_moment(now)),
        *(wide(lapses), lapses // 1000, "" if wish.cap is None else wide(wish.cap), *limits),
    )
    return Asking(arguments, read)


def _settle(wish: Settle, now: int) -> Asking:
    tokens = (wish.prompt_tokens, wish.completion_tokens)
    told = (wish.ending, wish.model, wish.tag)
    arguments = ("settle", wish.request, wide(now), *tokens, wide(wish.cost), *told)
    return Asking(arguments, functools.partial(_settled, now))


def _release(wish: Release, now: int) -> Asking:
    arguments = ("release", wish.request, wide(now))
    return Asking(arguments, functools.partial(_settled, now))


def _settled(now: int, answer: Any) -> Settled:
    if not answer[0]:
        return Settled(False)
    if not answer[2]:
        return Settled(True)
    limit, period, burst = (int(part) for part in answer[2:5])
    quota = Quota(limit, period, burst, Unit.TOKENS)
    return Settled(True, quota.look(now, narrow(answer[1])))


def _pay(wish: Pay, now: int) -> Asking:
    how = (wide(wish.amount), int(wish.exactly))
    return Asking(("pay", wish.wallet, wide(wish.opening), *_moment(now), *how), _purse)


def _inspect(wish: Inspect, now: int) -> Asking:
    return Asking(("inspect", wish.wallet, wide(wish.opening), *_moment(now)), _purse)


def _purse(answer: Any) -> Purse:
    return Purse(*(narrow(part) for part in answer))


def _look(wish: Look, now: int) -> Asking:
    def read(answer: Any) -> Looked:
        requests = wish.requests.look(now, narrow(answer[0]))
        tokens = None if wish.tokens is None else wish.tokens.look(now, narrow(answer[1]))
        used = 0
        if wish.daily is not None:
            used = int(answer[2])
            requests = within_day(requests, max(0, wish.daily - used))
        return Looked(requests, tokens, used, narrow(answer[3]), narrow(answer[4]))

    return Asking(("look", wish.account, *_moment(now), today(now)), read)


def _refill(wish: Refill, now: int) -> Asking:
    del now
    return Asking(("refill", wish.account, wide(wish.requests), wide(wish.tokens)), bool)


def _sum(wish: Sum, now: int) -> Asking:
    del wish

    def read(answer: Any) -> Totals:
        settled, charged, held, prompt, completion, in_flight = answer
        money = (int(settled), narrow(charged), sum(narrow(one) for one in held))
        return Totals(*money, int(prompt), int(completion), int(in_flight))

    return Asking(("sum", *_moment(now)), read)


def _count(wish: Count, now: int) -> Asking:
    del now
    return Asking(("count", wish.name, wish.by), int)


def _find(wish: Find, now: int) -> Asking:
    del now
    return Asking(("find", wish.id), _record, f"records/{wish.kind}")


def _glance(wish: Glance, now: int) -> Asking:
    del now

    def read(answer: Any) -> Glanced:
        return Glanced(int(answer[0]), tuple(_record(kept) for kept in answer[1:]))

    names = (name for find in wish.finds for name in (find.kind, find.id))
    return Asking(("glance", *names), read)


def _keep(wish: Keep, now: int) -> Asking:
    del now
    record = b"" if wish.record is None else packed(wish.record)
    condition: tuple[Argument, Argument] = ("any", "")
    if wish.was is None:
        condition = ("none", "")
    elif wish.was is not ANYTHING:
        assert isinstance(wish.was, Mapping)
        condition = ("is", packed(wish.was))
    arguments = ("keep", wish.id, record, *condition, int(wish.kind in WATCHED))
    return Asking(arguments, bool, f"records/{wish.kind}")


def _listed(wish: Listed, now: int) -> Asking:
    del now
    return Asking(("listed",), _records, f"records/{wish.kind}")


def _records(answer: Any) -> dict[str, Any]:
    pairs = zip(answer[::2], answer[1::2], strict=True)
    oldest_first = sorted(pairs, key=lambda pair: int(pair[1].partition(b":")[0]))
    return {name.decode(): _record(kept) for name, kept in oldest_first}


def _record(kept: bytes | None) -> Any:
    return None if kept is None else loads(kept.partition(b":")[2])


def _note(wish: Note, now: int) -> Asking:
    del now
    return noting((wish,))


def noting(notes: Sequence[Note]) -> Asking:
    """Return how the script is asked to note all of one log at once; granted with the last."""
    first = notes[0]
    counted = Counter(note.tally for note in notes if note.tally)
    tallies = [word for pair in counted.items() for word in pair]
    records = (packed(note.record) for note in notes)
    arguments = ("note", first.name, first.most, len(tallies), *tallies, *records)
    return Asking(arguments, int, f"log/{first.name}")


def _noted(wish: Noted, now: int) -> Asking:
    del now

    def read(answer: Any) -> tuple[int, list[Any]]:
        return int(answer[0]), [loads(line) for line in answer[1]]

    return Asking(("noted", wish.name), read, f"log/{wish.name}")


def _tallied(wish: Tallied, now: int) -> Asking:
    del now

    def read(answer: Any) -> dict[str, int]:
        pairs = zip(answer[::2], answer[1::2], strict=True)
        return {tally.decode(): int(count) for tally, count in pairs}

    return Asking(("tallied", wish.name), read)


def _forget(wish: Forget, now: int) -> Asking:
    del now
    return Asking(("forget", wish.name), bool, f"log/{wish.name}")


def _room(quota: Quota) -> str:
    return wide(quota.room * quota.step) if quota.limit > 0 else ""


def _moment(now: int) -> tuple[str, int]:
    return wide(now), now // 1000


_ASKINGS: Mapping[type, Callable[[Any, int], Asking]] = {
    Take: _take,
    Hold: _hold,
    Settle: _settle,
    Release: _release,
    Pay: _pay,
    Inspect: _inspect,
    Look: _look,
    Refill: _refill,
    Sum: _sum,
    Count: _count,
    Find: _find,
    Glance: _glance,
    Keep: _keep,
    Listed: _listed,
    Note: _note,
    Noted: _noted,
    Tallied: _tallied,
    Forget: _forget,
}
