"""Pacing: so many requests a minute and no more. Pure arithmetic; knows no clock and no network."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from conformance.target import Budget


@dataclass(slots=True)
class Pacing:
    """Gives each request its moment, evenly apart, so that no window of a minute holds too many."""

    per_minute: int | None = None
    """None for as many as may be."""
    _next: float = -math.inf

    def wait(self, now: float) -> float:
        """Take the next moment; return how many seconds off it is."""
        if not self.per_minute:
            return 0.0
        moment = max(now, self._next)
        self._next = moment + 60 / self.per_minute
        return moment - now


def seconds_for(requests: int, per_minute: int | None) -> float:
    """Return how long so many requests take at least."""
    return 60 * requests / per_minute if per_minute else 0.0


def unhurried(budget: Budget, per_minute: int | None) -> Budget:
    """Return a budget with the time that its requests take; for a cap that nobody named."""
    needed = 1.2 * seconds_for(budget.requests, per_minute) + 60
    return replace(budget, seconds=max(budget.seconds, needed)) if per_minute else budget


def expectation(requests: int, per_minute: int | None) -> str:
    """Say how long so many requests take; empty where that is not worth a word."""
    seconds = seconds_for(requests, per_minute)
    if seconds < 60:
        return ""
    return (
        f"at {per_minute} requests a minute, up to {requests:,} requests take up to "
        f"{math.ceil(seconds / 60):,} minutes"
    )
