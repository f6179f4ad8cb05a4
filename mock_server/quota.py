"""Quota: what a key may still spend and when more comes. Reads no clock and keeps no state."""

from __future__ import annotations

from dataclasses import dataclass

SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` in any `period`, refilled evenly (the generic cell rate algorithm)."""

    limit: int
    """Units a full quota holds."""
    period: int = 60 * SECOND
    """Nanoseconds in which an empty quota fills up."""

    def take(self, cost: int, now: int, full_at: int) -> Allowance:
        """Try to spend `cost` units at `now`.

        `full_at` is the state, one integer a key: when the quota will be full again (0 at first),
        in nanoseconds like `now`. The new state is the allowance's `full_at`.
        """
        if self.limit <= 0:
            return Allowance(False, self.limit, 0, now + self.period, self.period, self.period)
        start = max(full_at, now)
        # Rounded down, or a limit that does not divide the period could never be spent whole.
        after = start + cost * self.period // self.limit
        excess = after - (now + self.period)
        if excess > 0:
            return Allowance(False, self.limit, self._left(start, now), start, start - now, excess)
        return Allowance(True, self.limit, self._left(after, now), after, after - now, 0)

    def _left(self, full_at: int, now: int) -> int:
        return max(0, (now + self.period - full_at) * self.limit // self.period)


@dataclass(frozen=True, slots=True)
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

    def headers(self) -> dict[str, str]:
        """Return the three `x-ratelimit` headers, and `retry-after` on a refusal."""
        headers = {
            "x-ratelimit-limit-requests": str(self.limit),
            "x-ratelimit-remaining-requests": str(self.remaining),
            "x-ratelimit-reset-requests": str(_seconds(self.reset)),
        }
        if not self.allowed:
            headers["retry-after"] = str(max(1, _seconds(self.wait)))
        return headers


def _seconds(nanoseconds: int) -> int:
    return -(-nanoseconds // SECOND)
