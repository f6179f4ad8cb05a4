"""Shared state in this process's memory: every wish granted at once. Knows no other process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from mock_server.ledger import Ledger, Refusal, Spent
from mock_server.quota import Allowance, Quota, today, used_up, within_day
from mock_server.state import (
    Held,
    Hold,
    Inspect,
    Look,
    Looked,
    Money,
    Pay,
    Purse,
    Refill,
    Release,
    Settle,
    Settled,
    Shared,
    Sum,
    Take,
    Totals,
)
from mock_server.state.shelf import Shelf

HELD = Held()


def build(address: str) -> State:
    """Return a state of its own; the address says no more than its name."""
    del address
    return State()


class State:
    """Quotas, wallets and records of one process."""

    def __init__(self) -> None:
        self._requests: dict[str, int] = {}
        self._tokens: dict[str, int] = {}
        self._days: dict[str, tuple[int, int]] = {}
        self._taken: dict[str, tuple[str, Quota, int, int]] = {}
        self._ledger = Ledger()
        self._shelf = Shelf()
        self._grants: dict[type, Callable[[Any, int], Any]] = {
            Take: self._take,
            Hold: self._hold,
            Settle: self._settle,
            Release: self._release,
            Pay: self._pay,
            Inspect: self._inspect,
            Look: self._look,
            Refill: self._refill,
            Sum: self._sum,
        }

    def grant(self, wish: Shared, now: int) -> Any:
        """Grant a wish; `now` in nanoseconds."""
        granting = self._grants.get(type(wish))
        if granting is not None:
            return granting(wish, now)
        assert not isinstance(wish, Money)
        return self._shelf.grant(wish)

    def ledger(self) -> dict[str, Any]:
        """Return totals, wallets and the entries kept, in nano-USD."""
        ledger = self._ledger
        return {
            "charged": ledger.charged,
            "settled": ledger.settled,
            "held": ledger.held(),
            "balances": {name: wallet.balance for name, wallet in ledger.wallets.items()},
            "wallets": {name: asdict(wallet) for name, wallet in ledger.wallets.items()},
            "entries": [asdict(entry) for entry in ledger.entries],
        }

    async def aclose(self) -> None:
        """Nothing to leave."""

    def foreseen(
        self, account: str, quota: Quota, opening: int, amount: int, now: int
    ) -> Allowance | None:
        """Return what a `Take` would be granted with; None where it, or a `Hold`, would be refused.

        For an account that has neither a limit a day, nor one of tokens, nor a cap, and pays from
        its own wallet. Nothing is spent.
        """
        wallet = self._ledger.open(account, opening)
        if wallet.available < amount:
            return None
        allowance = quota.take(1, now, self._requests.get(account, 0))
        return allowance if allowance.allowed else None

    def sell(self, allowance: Allowance, wish: Settle, now: int) -> None:
        """Take, hold and settle in one go, for what is delivered at once; it was foreseen now."""
        self._requests[wish.account] = allowance.full_at
        self._ledger.charge(
            wish.request,
            wish.account,
            wish.account,
            wish.ending,
            wish.prompt_tokens,
            wish.completion_tokens,
            wish.cost,
            now,
            wish.model,
            wish.tag,
        )

    def _take(self, wish: Take, now: int) -> Any:
        full_at = self._requests.get(wish.account, 0)
        used = 0
        if wish.daily is not None:
            used = self._today(wish.account, now)
            if used + wish.cost > wish.daily:
                return used_up(wish.quota, now, full_at)
        allowance = wish.quota.take(wish.cost, now, full_at)
        if allowance.allowed:
            self._requests[wish.account] = allowance.full_at
            if wish.daily is not None:
                self._days[wish.account] = (today(now), used + wish.cost)
                return within_day(allowance, wish.daily - used - wish.cost)
        return allowance

    def _hold(self, wish: Hold, now: int) -> Held:
        ledger, tokens = self._ledger, None
        wallet = wish.wallet or wish.account
        ledger.open(wallet, wish.opening)
        ledger.expire(now)
        if wish.quota is not None:
            full_at = self._tokens.get(wish.account, 0)
            tokens = wish.quota.take(wish.tokens, now, full_at)
            if not tokens.allowed:
                return Held(Refusal.TOKENS, tokens)
        refusal = ledger.hold(
            wish.request, wish.account, wallet, wish.amount, now + wish.lease, wish.cap
        )
        if tokens is None or wish.quota is None:
            return HELD if refusal is None else Held(refusal)
        if refusal is not None:
            return Held(refusal, wish.quota.look(now, full_at))
        self._tokens[wish.account] = tokens.full_at
        self._taken[wish.request] = (wish.account, wish.quota, wish.tokens, tokens.full_at)
        return Held(None, tokens)

    def _settle(self, wish: Settle, now: int) -> Settled:
        first = self._ledger.settle(
            wish.request,
            wish.ending,
            wish.prompt_tokens,
            wish.completion_tokens,
            wish.cost,
            now,
            wish.model,
            wish.tag,
        )
        return self._settled(first, wish.request, wish.prompt_tokens + wish.completion_tokens, now)

    def _release(self, wish: Release, now: int) -> Settled:
        return self._settled(self._ledger.release(wish.request), wish.request, 0, now)

    def _settled(self, first: bool, request: str, tokens: int, now: int) -> Settled:
        taken = self._taken.pop(request, None)
        if taken is None:
            return Settled(first)
        account, quota, most, until = taken
        full_at = self._tokens.get(account, 0)
        full_at -= quota.returned(most - tokens, until, now)
        self._tokens[account] = full_at
        return Settled(first, quota.look(now, full_at))

    def _pay(self, wish: Pay, now: int) -> Purse:
        self._ledger.open(wish.wallet, wish.opening)
        self._ledger.expire(now)
        if wish.exactly:
            self._ledger.set_available(wish.wallet, wish.amount)
        else:
            self._ledger.pay_in(wish.wallet, wish.amount)
        return self._purse(wish.wallet)

    def _inspect(self, wish: Inspect, now: int) -> Purse:
        self._ledger.open(wish.wallet, wish.opening)
        self._ledger.expire(now)
        return self._purse(wish.wallet)

    def _purse(self, wallet: str) -> Purse:
        money = self._ledger.wallets[wallet]
        return Purse(money.opening, money.moved, money.charged, money.held)

    def _look(self, wish: Look, now: int) -> Looked:
        self._ledger.expire(now)
        spent = self._ledger.spent.get(wish.account, Spent())
        requests = wish.requests.look(now, self._requests.get(wish.account, 0))
        tokens = None
        if wish.tokens is not None:
            tokens = wish.tokens.look(now, self._tokens.get(wish.account, 0))
        used = 0
        if wish.daily is not None:
            used = self._today(wish.account, now)
            requests = within_day(requests, max(0, wish.daily - used))
        return Looked(requests, tokens, used, spent.charged, spent.held)

    def _refill(self, wish: Refill, now: int) -> bool:
        del now
        self._requests[wish.account] = wish.requests
        self._tokens[wish.account] = wish.tokens
        self._days.pop(wish.account, None)
        return True

    def _sum(self, wish: Sum, now: int) -> Totals:
        del wish
        ledger = self._ledger
        ledger.expire(now)
        money = (ledger.settled, ledger.charged, ledger.held())
        return Totals(*money, ledger.prompt_tokens, ledger.completion_tokens, ledger.in_flight)

    def _today(self, account: str, now: int) -> int:
        day, used = self._days.get(account, (0, 0))
        return used if day == today(now) else 0
