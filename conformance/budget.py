"""Governor: the hard caps of a run. Pure arithmetic; knows neither the clock nor the network.

The most a request can cost is reserved before it is sent, the truth is charged after, so that a
cap holds at every moment, also with many requests under way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.target import Budget

UNPRICED = (0, 0)


@dataclass(slots=True)
class Spent:
    """What has gone, or is reserved for requests under way."""

    requests: int = 0
    tokens: int = 0
    nano_usd: int = 0


@dataclass(slots=True)
class Governor:
    """Grants or refuses each request."""

    budget: Budget
    prices: tuple[int, int] = UNPRICED
    """Nano-USD a prompt token and a completion token; the dearer one prices a reservation."""
    spent: Spent = field(default_factory=Spent)
    reserved: Spent = field(default_factory=Spent)
    refused: str | None = None
    """The cap that was reached first, in words; None while all hold."""
    closed: str | None = None
    """Why nothing is granted any more, whatever the caps say."""

    def reserve(self, ceiling: int, elapsed: float) -> bool:
        """Reserve one request of at most `ceiling` tokens, or refuse it.

        `elapsed` is the run's age in seconds.
        """
        cost = ceiling * max(self.prices)
        cap = self._exceeded(ceiling, cost, elapsed)
        if cap is not None:
            self.refused = self.refused or cap
            return False
        self.reserved.requests += 1
        self.reserved.tokens += ceiling
        self.reserved.nano_usd += cost
        return True

    def close(self, reason: str) -> None:
        """Refuse every request from now on, as after the user's Ctrl-C."""
        self.closed = self.refused = reason

    def settle(self, ceiling: int, prompt: int | None, completion: int | None) -> None:
        """Replace a reservation by the truth.

        Counts that nobody reported are charged as the whole reservation: what is not known to be
        cheap is taken to be dear.
        """
        self.reserved.requests -= 1
        self.reserved.tokens -= ceiling
        self.reserved.nano_usd -= ceiling * max(self.prices)
        self.spent.requests += 1
        if prompt is None or completion is None:
            self.spent.tokens += ceiling
            self.spent.nano_usd += ceiling * max(self.prices)
        else:
            self.spent.tokens += prompt + completion
            self.spent.nano_usd += prompt * self.prices[0] + completion * self.prices[1]

    def _exceeded(self, ceiling: int, cost: int, elapsed: float) -> str | None:
        if self.closed is not None:
            return self.closed
        budget, spent, reserved = self.budget, self.spent, self.reserved
        if spent.requests + reserved.requests + 1 > budget.requests:
            return f"{budget.requests} requests"
        if spent.tokens + reserved.tokens + ceiling > budget.tokens:
            return f"{budget.tokens} tokens"
        if spent.nano_usd + reserved.nano_usd + cost > round(budget.usd * 1e9):
            return f"{budget.usd} USD"
        if elapsed >= budget.seconds:
            return f"{budget.seconds:g} seconds"
        return None
