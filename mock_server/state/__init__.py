"""State: what requests share (quotas, wallets, the ledger), asked for by wishes.

Knows no backend: admission yields wishes, the edge grants them from the backend in use. A backend
is one file in this folder with `build(address) -> State`, where the file's name is what the address
has before its first colon; memory answers at once, another may answer later.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

from mock_server.ledger import Ending
from mock_server.quota import Quota


@dataclass(frozen=True, slots=True)
class Take:
    """Spend from a quota; granted with an `Allowance`."""

    account: str
    quota: Quota
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Hold:
    """Set nano-USD of a wallet aside; granted with True, or False where the wallet has less."""

    request: str
    account: str
    amount: int
    opening: int
    """What the wallet holds the first time it is seen."""
    lease: int
    """Nanoseconds after which a hold nobody settled no longer counts."""


@dataclass(frozen=True, slots=True)
class Settle:
    """Charge a held request, once; granted with False if it was settled before."""

    request: str
    account: str
    ending: Ending
    prompt_tokens: int
    completion_tokens: int
    cost: int
    """Nano-USD."""


@dataclass(frozen=True, slots=True)
class Release:
    """Give a hold back uncharged; granted with False if there was none."""

    request: str
    account: str


@dataclass(frozen=True, slots=True)
class Read:
    """The body of the request; granted by the edge with its bytes, or None over the limit."""

    limit: int
    """Bytes."""


Shared = Take | Hold | Settle | Release
Wish = Shared | Read


class State(Protocol):
    """A backend."""

    def grant(self, wish: Shared, now: int) -> Any | Awaitable[Any]:
        """Grant a wish at `now` (nanoseconds); an awaitable where the backend is not here."""

    def ledger(self) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Return the ledger for reading: totals, balances and the entries kept."""
