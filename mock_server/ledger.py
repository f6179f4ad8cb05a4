"""Ledger and wallet: nano-USD held, charged and given back, exactly once. Knows no prices."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

KEPT = 10_000
"""Entries kept for reading; totals count all there ever were."""
EXPIRED_AT_ONCE = 16
"""Leases looked at for each new hold, so that no request pays for many."""


class Ending(StrEnum):
    """How an admitted request ended."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: an admitted request, settled."""

    request: str
    account: str
    ending: Ending
    prompt_tokens: int
    completion_tokens: int
    cost: int
    """Nano-USD."""
    balance: int
    """Nano-USD left after it."""


@dataclass(slots=True)
class _Hold:
    account: str
    amount: int
    until: int
    live: bool = True


class Ledger:
    """Balances of all accounts, the holds on them, and what was charged."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.charged = 0
        """Nano-USD charged in all, entries no longer kept included."""
        self.settled = 0
        """Requests settled in all."""
        self._balances: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._holds: dict[str, _Hold] = {}
        self._lapsed: dict[str, _Hold] = {}

    def open(self, account: str, balance: int) -> None:
        """Give an account its first balance; an account that has one keeps it."""
        self._balances.setdefault(account, balance)

    def balance(self, account: str) -> int:
        """Return what is in the wallet, holds included."""
        return self._balances.get(account, 0)

    def available(self, account: str, now: int) -> int:
        """Return what may still be held: the balance less the holds whose lease runs."""
        self._expire(now)
        return self.balance(account) - self._held.get(account, 0)

    def hold(self, request: str, account: str, amount: int, until: int, now: int) -> bool:
        """Set an amount aside until `until`; False, and nothing held, if less is available."""
        if self.available(account, now) < amount:
            return False
        self._holds[request] = _Hold(account, amount, until)
        self._held[account] = self._held.get(account, 0) + amount
        return True

    def settle(
        self, request: str, ending: Ending, prompt_tokens: int, completion_tokens: int, cost: int
    ) -> bool:
        """Charge a held request and give the rest back; False if it was settled before."""
        hold = self._holds.pop(request, None) or self._lapsed.pop(request, None)
        if hold is None:
            return False
        self._give_back(hold)
        balance = self.balance(hold.account) - cost
        self._balances[hold.account] = balance
        self.charged += cost
        self.settled += 1
        self.entries.append(
            Entry(request, hold.account, ending, prompt_tokens, completion_tokens, cost, balance)
        )
        return True

    def release(self, request: str) -> bool:
        """Give a hold back uncharged; False if there was none."""
        hold = self._holds.pop(request, None)
        if hold is not None:
            self._give_back(hold)
        return hold is not None

    def balances(self) -> dict[str, int]:
        """Return the nano-USD in every wallet seen, holds included."""
        return dict(self._balances)

    def held(self) -> int:
        """Return the nano-USD on hold, over all accounts."""
        return sum(self._held.values())

    def _give_back(self, hold: _Hold) -> None:
        if hold.live:
            hold.live = False
            self._held[hold.account] -= hold.amount

    def _expire(self, now: int) -> None:
        # Leases are equally long and dicts keep order, so the first live lease ends the search.
        for request, hold in list(islice(self._holds.items(), EXPIRED_AT_ONCE)):
            if hold.until > now:
                return
            self._give_back(hold)
            self._lapsed[request] = self._holds.pop(request)
            if len(self._lapsed) > KEPT:
                del self._lapsed[next(iter(self._lapsed))]
