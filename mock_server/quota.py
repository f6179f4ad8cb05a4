"""Quota: what a key may still spend and when more comes. Reads no clock and keeps no state.

Everything is counted in nanoseconds and whole units, so that another backend can do the same sums:
a state only compares and adds, and what is multiplied or divided is multiplied and divided here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from mock_server.frozen import frozen

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
MILLISECOND = 1_000_000


class Unit(StrEnum):
    """What a quota counts."""

    REQUESTS = "requests"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` in any `period`, refilled evenly (the generic cell rate algorithm)."""

    limit: int
    """Units that come back in a period."""
    period: int = MINUTE
    """Nanoseconds."""
    burst: int = 0
    """Units a full quota holds; 0 for as many as the limit."""
    unit: Unit = Unit.REQUESTS
    step: int = field(init=False)
    """Nanoseconds in which one unit comes back: rounded up, so that never too many do."""
    room: int = field(init=False)
    """Units a full quota holds."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", -(-self.period // self.limit) if self.limit > 0 else 0)
        object.__setattr__(self, "room", self.burst or self.limit if self.limit > 0 else 0)

    def take(self, cost: int, now: int, full_at: int) -> Allowance:
        """Try to spend `cost` units at `now`.

        `full_at` is the state, one integer a key: when the quota will be full again (0 at first),
        in nanoseconds like `now`. The new state is the allowance's `full_at`.
        """
        step = self.step
        after = (full_at if full_at > now else now) + cost * step
        free = now + self.room * step - after
        if free < 0 or not step:
            return self.answer(False, cost, now, full_at)
        return Allowance(True, self.limit, free // step, after, after - now, 0, self.unit)

    def answer(self, allowed: bool, cost: int, now: int, full_at: int) -> Allowance:
        """Return the allowance of a cost that was, or was not, allowed in the state `full_at`."""
        limit, step = self.limit, self.step
        if not step:
            return Allowance(False, limit, 0, full_at, self.period, self.period, self.unit)
        after, most = max(full_at, now), now + self.room * step
        if allowed:
            after += cost * step
        # A clock that stepped back leaves less than nothing, which is told as nothing.
        left = max(0, (most - after) // step)
        wait = 0 if allowed else max(0, after + cost * step - most)
        return Allowance(allowed, limit, left, after, after - now, wait, self.unit)

    def look(self, now: int, full_at: int) -> Allowance:
        """Return what is left at `now`, spending nothing."""
        return self.answer(True, 0, now, full_at)

    def returned(self, unused: int, until: int, now: int) -> int:
        """Return how much earlier the quota is full for `unused` units that were taken before.

        `until` is the state that the taking left. Only what has not come back by itself meanwhile
        is given back, so that no unit is given twice; nanoseconds. Below 0 for more than was taken.
        """
        if unused < 0:
            return unused * self.step
        return max(0, until - max(now, until - unused * self.step))


@frozen
class Allowance:
    """A quota's answer; its headers are true to the state it left."""

    allowed: bool
    limit: int
    remaining: int
    """Whole units left after this answer."""
    full_at: int
    """The state to keep: when the quota is full again, in nanoseconds."""
    reset: int
    """Nanoseconds until the quota is full again."""
    wait: int
    """Nanoseconds after which the same cost would be allowed; 0 when it was."""
    unit: Unit = Unit.REQUESTS
    daily: bool = False
    """It is the day's requests that are used up, not the minute's."""

    def told(self) -> tuple[int, int, int]:
        """Return the limit, what remains, and the seconds until the quota is full again."""
        # Whole seconds, to the millisecond: a limit of seven a minute takes some nanoseconds more
        # than a minute to fill, and nobody is to wait another second for those.
        reset = max(int(self.reset > 0), _seconds(self.reset - MILLISECOND))
        return self.limit, self.remaining, reset

    def headers(self) -> dict[str, str]:
        """Return the three `x-ratelimit` headers, and `retry-after` on a refusal."""
        names = TOKENS if self.unit is Unit.TOKENS else REQUESTS
        headers = dict(zip(names, map(str, self.told()), strict=True))
        if not self.allowed:
            headers["retry-after"] = str(max(1, _seconds(self.wait)))
        return headers


REQUESTS, TOKENS = (
    tuple(f"x-ratelimit-{word}-{unit}" for word in ("limit", "remaining", "reset")) for unit in Unit
)
"""Names of the headers."""


def today(now: int) -> int:
    """Return the number of the day, UTC, that `now` lies in."""
    return now // DAY


def used_up(quota: Quota, now: int, full_at: int) -> Allowance:
    """Return the refusal of a key whose day is used up: come back when the next one begins."""
    wait = (today(now) + 1) * DAY - now
    return Allowance(False, quota.limit, 0, full_at, wait, wait, quota.unit, daily=True)


def within_day(allowance: Allowance, left: int) -> Allowance:
    """Return an allowance of a key that may make only `left` more requests today."""
    return replace(allowance, remaining=min(allowance.remaining, left))


def _seconds(nanoseconds: int) -> int:
    return -(-nanoseconds // SECOND)
