"""Ledger and wallets: nano-USD held, charged and given back, exactly once. Knows no prices.

What reconciles at any moment, for each wallet and for all of them: what was charged is what the
wallet opened with, plus what was paid in, less what is available, less what is on hold.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from mock_server.frozen import frozen

KEPT = 10_000
"""Entries kept for reading; totals count all there ever were."""
EXPIRED_AT_ONCE = 16
"""Leases looked at for each new hold, so that no request pays for many."""


class Ending(StrEnum):
    """How an admitted request ended."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Refusal(StrEnum):
    """Why nothing was held."""

    TOKENS = "tokens"
    """The key's tokens of this minute do not reach."""
    CAP = "cap"
    """The account's own spending cap would be exceeded."""
    WALLET = "wallet"
    """The wallet has less than the call may cost."""


@frozen
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
    """Nano-USD left in the wallet after it, holds included."""
    wallet: str
    """Whose wallet paid."""
    at: int
    """Nanoseconds since the epoch at which it was settled."""
    model: str
    """Selector, as the client named it."""
    tag: str
    """What the client attributes the cost to."""


@dataclass(slots=True)
class Wallet:
    """The money of one account; nano-USD."""

    opening: int
    moved: int = 0
    """Paid in since, less what was taken out."""
    charged: int = 0
    held: int = 0

    @property
    def balance(self) -> int:
        """What is in it, holds included."""
        return self.opening + self.moved - self.charged

    @property
    def available(self) -> int:
        """What may still be held."""
        return self.balance - self.held


@dataclass(slots=True)
class Spent:
    """What one account has charged and on hold, whoever's wallet pays; nano-USD."""

    charged: int = 0
    held: int = 0


@dataclass(slots=True)
class _Hold:
    account: str
    wallet: str
    amount: int
    until: int
    live: bool = True


class Ledger:
    """The wallets of all accounts, the holds on them, and what was charged."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.charged = 0
        """Nano-USD charged in all, entries no longer kept included."""
        self.settled = 0
        """Requests settled in all."""
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.wallets: dict[str, Wallet] = {}
        self.spent: dict[str, Spent] = {}
        self._holds: dict[str, _Hold] = {}
        self._lapsed: dict[str, _Hold] = {}
        self._quiet_until = 0
        """No lease runs out before."""

    def open(self, wallet: str, opening: int) -> Wallet:
        """Return a wallet; one that was never seen opens with `opening`."""
        found = self.wallets.get(wallet)
        if found is None:
            found = self.wallets[wallet] = Wallet(opening)
        return found

    def hold(
        self,
        request: str,
        account: str,
        wallet: str,
        amount: int,
        until: int,
        cap: int | None = None,
    ) -> Refusal | None:
        """Set an amount aside until `until`, in an open wallet, unless wallet or cap have less."""
        money = self.wallets[wallet]
        spent = self._spent(account)
        if cap is not None and spent.charged + spent.held + amount > cap:
            return Refusal.CAP
        if money.available < amount:
            return Refusal.WALLET
        if not self._holds:
            self._quiet_until = until
        self._holds[request] = _Hold(account, wallet, amount, until)
        money.held += amount
        spent.held += amount
        return None

    def settle(
        self,
        request: str,
        ending: Ending,
        prompt_tokens: int,
        completion_tokens: int,
        cost: int,
        at: int,
        model: str = "",
        tag: str = "",
    ) -> bool:
        """Charge a held request and give the rest back; False if it was settled before."""
        hold = self._holds.pop(request, None) or self._lapsed.pop(request, None)
        if hold is None:
            return False
        self._give_back(hold)
        self.charge(
            request,
            hold.account,
            hold.wallet,
            ending,
            prompt_tokens,
            completion_tokens,
            cost,
            at,
            model,
            tag,
        )
        return True

    def charge(
        self,
        request: str,
        account: str,
        wallet: str,
        ending: Ending,
        prompt_tokens: int,
        completion_tokens: int,
        cost: int,
        at: int,
        model: str,
        tag: str,
    ) -> None:
        """Charge an account, from an open wallet, for what is delivered the moment it is asked."""
        money = self.wallets[wallet]
        money.charged += cost
        self._spent(account).charged += cost
        self.charged += cost
        self.settled += 1
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens
        self.entries.append(
            Entry(
                request,
                account,
                ending,
                prompt_tokens,
                completion_tokens,
                cost,
                money.balance,
                wallet,
                at,
                model,
                tag,
            )
        )

    def release(self, request: str) -> bool:
        """Give a hold back uncharged; False if there was none."""
        hold = self._holds.pop(request, None) or self._lapsed.pop(request, None)
        if hold is not None:
            self._give_back(hold)
        return hold is not None

    def pay_in(self, wallet: str, amount: int) -> None:
        """Add to an open wallet."""
        self.wallets[wallet].moved += amount

    def set_available(self, wallet: str, amount: int) -> None:
        """Put in or take out what leaves exactly `amount` available in an open wallet."""
        money = self.wallets[wallet]
        money.moved += amount - money.available

    @property
    def in_flight(self) -> int:
        """Requests whose hold still counts."""
        return len(self._holds)

    def held(self) -> int:
        """Return the nano-USD on hold, over all wallets."""
        return sum(wallet.held for wallet in self.wallets.values())

    def expire(self, now: int) -> None:
        """Free what is held by the oldest leases that ran out at `now`; some at a time.

        A request that is settled all the same, later, is charged all the same.
        """
        if now < self._quiet_until:
            return
        # Leases are equally long and dicts keep order, so the first live lease ends the search.
        for request, hold in list(islice(self._holds.items(), EXPIRED_AT_ONCE)):
            if hold.until > now:
                self._quiet_until = hold.until
                return
            self._give_back(hold)
            self._lapsed[request] = self._holds.pop(request)
            if len(self._lapsed) > KEPT:
                del self._lapsed[next(iter(self._lapsed))]

    def _spent(self, account: str) -> Spent:
        found = self.spent.get(account)
        if found is None:
            found = self.spent[account] = Spent()
        return found

    def _give_back(self, hold: _Hold) -> None:
        if hold.live:
            hold.live = False
            self.wallets[hold.wallet].held -= hold.amount
            self.spent[hold.account].held -= hold.amount
