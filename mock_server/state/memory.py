"""Shared state in this process's memory: every wish granted at once. Knows no other process."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mock_server.ledger import Ledger
from mock_server.state import Hold, Release, Settle, Shared, Take


def build(address: str) -> State:
    """Return a state of its own; the address says no more than its name."""
    del address
    return State()


class State:
    """Quotas and wallets of one process."""

    def __init__(self) -> None:
        self._full_at: dict[tuple[str, int], int] = {}
        self._ledger = Ledger()

    def grant(self, wish: Shared, now: int) -> Any:
        """Grant a wish; `now` in nanoseconds."""
        match wish:
            case Take(account, quota, cost):
                key = (account, quota.period)
                allowance = quota.take(cost, now, self._full_at.get(key, 0))
                self._full_at[key] = allowance.full_at
                return allowance
            case Hold(request, account, amount, opening, lease):
                self._ledger.open(account, opening)
                return self._ledger.hold(request, account, amount, now + lease, now)
            case Settle(request, _, ending, prompt_tokens, completion_tokens, cost):
                return self._ledger.settle(request, ending, prompt_tokens, completion_tokens, cost)
            case Release(request, _):
                return self._ledger.release(request)

    def ledger(self) -> dict[str, Any]:
        """Return totals, balances and the entries kept, in nano-USD."""
        ledger = self._ledger
        return {
            "charged": ledger.charged,
            "settled": ledger.settled,
            "held": ledger.held(),
            "balances": ledger.balances(),
            "entries": [asdict(entry) for entry in ledger.entries],
        }
