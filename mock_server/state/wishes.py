"""Wishes for quotas, wallets and the ledger, and what they are granted with. Knows no backend."""

from __future__ import annotations

from dataclasses import dataclass

from mock_server.frozen import frozen
from mock_server.ledger import Ending, Refusal
from mock_server.quota import Allowance, Quota


@frozen
class Take:
    """Spend requests of an account; granted with an `Allowance`."""

    account: str
    quota: Quota
    cost: int = 1
    daily: int | None = None
    """Requests in a day that begins at midnight, UTC; None for no such limit."""


@frozen
class Hold:
    """Set nano-USD of a wallet aside, and spend tokens, both or neither; granted with `Held`."""

    request: str
    account: str
    amount: int
    opening: int
    """What the wallet holds the first time it is seen."""
    lease: int
    """Nanoseconds after which a hold nobody settled no longer counts."""
    wallet: str = ""
    """Account whose wallet pays; empty for the account's own."""
    cap: int | None = None
    """Nano-USD the account may spend in all, whoever pays."""
    quota: Quota | None = None
    """Of tokens; None for no such limit."""
    tokens: int = 0
    """The most that the request may take; what it did not take is given back when it settles."""


@frozen
class Held:
    """The answer to a `Hold`."""

    refusal: Refusal | None = None
    tokens: Allowance | None = None
    """Of the quota of tokens, where there is one."""

    def __bool__(self) -> bool:
        return self.refusal is None


@frozen
class Settle:
    """Charge a held request, once, and give back what was held too much; granted with `Settled`."""

    request: str
    account: str
    ending: Ending
    prompt_tokens: int
    completion_tokens: int
    cost: int
    """Nano-USD."""
    model: str = ""
    """Selector, as the client named it."""
    tag: str = ""
    """What the client attributes the cost to."""


@frozen
class Release:
    """Give a hold and its tokens back uncharged; granted with `Settled`."""

    request: str
    account: str


@frozen
class Settled:
    """The answer to a `Settle` or a `Release`."""

    first: bool
    """There was a hold, and nobody had settled it before."""
    tokens: Allowance | None = None
    """What is left of the quota of tokens, where there is one."""

    def __bool__(self) -> bool:
        return self.first


@frozen
class Sell:
    """Take and hold, and settle what was made already, all or nothing; granted with `Sold`.

    For an account that has no limit but its quota of requests, and pays from its own wallet. Only
    a state that processes share is asked so; in memory the parts are granted one by one.
    """

    take: Take
    hold: Hold
    settle: Settle | None
    """None for what is settled later."""
    epoch: int
    """Of the records by which whoever asks found that it may be sold; see `Glance`."""


@frozen
class Sold:
    """The answer to a `Sell`."""

    allowance: Allowance | None
    """Of requests; None where nothing was done: the records have changed, or it is refused."""
    epoch: int
    """Of the records now."""


@dataclass(frozen=True, slots=True)
class Pay:
    """Put money into a wallet; granted with a `Purse`."""

    wallet: str
    opening: int
    amount: int
    """Nano-USD: paid in, or what is to be available afterwards where `exactly`."""
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class Inspect:
    """Look at a wallet, spending nothing; granted with a `Purse`."""

    wallet: str
    opening: int


@dataclass(frozen=True, slots=True)
class Purse:
    """A wallet as it is now; nano-USD."""

    opening: int
    moved: int
    charged: int
    held: int

    @property
    def balance(self) -> int:
        """What is in it, holds included."""
        return self.opening + self.moved - self.charged

    @property
    def available(self) -> int:
        """What may still be held."""
        return self.balance - self.held


@dataclass(frozen=True, slots=True)
class Look:
    """Look at what an account may still spend, spending nothing; granted with `Looked`."""

    account: str
    requests: Quota
    tokens: Quota | None = None
    daily: int | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What an account may still spend, and has spent."""

    requests: Allowance
    tokens: Allowance | None
    today: int
    """Requests made today, counted where there is a limit a day."""
    charged: int
    """Nano-USD charged to the account, whoever paid."""
    held: int
    """Nano-USD on hold for it."""


@dataclass(frozen=True, slots=True)
class Refill:
    """Set when an account's quotas are full again, and begin its day anew; granted with True."""

    account: str
    requests: int = 0
    """Nanoseconds since the epoch; 0 for full at once."""
    tokens: int = 0


@frozen
class Read:
    """The body of the request; granted by the edge with its bytes, or None over the limit."""

    limit: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Add up the ledger; granted with `Totals`."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a ledger adds up to, entries no longer kept included."""

    settled: int
    """Requests."""
    charged: int
    """Nano-USD, likewise what is held."""
    held: int
    prompt_tokens: int
    completion_tokens: int
    in_flight: int
    """Requests that hold money now."""


Money = Take | Hold | Settle | Release | Pay | Inspect | Look | Refill | Sum
