"""The books of a shared ledger, read from what the script keeps. Knows no connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mock_server.ledger import Ending, Entry, Wallet
from mock_server.state.asking import narrow
from mock_server.text import loads


def ledger_of(answer: Sequence[Any]) -> dict[str, Any]:
    """Return totals, wallets and the entries kept, as the memory tells them; nano-USD."""
    charged, settled, kept, entries = answer
    wallets: dict[str, Wallet] = {}
    for field, value in zip(kept[::2], kept[1::2], strict=True):
        name, _, word = field.decode().rpartition("/")
        setattr(wallets.setdefault(name, Wallet(0)), word, narrow(value))
    return {
        "charged": narrow(charged),
        "settled": int(settled),
        "held": sum(wallet.held for wallet in wallets.values()),
        "balances": {name: wallet.balance for name, wallet in wallets.items()},
        "wallets": {name: asdict(wallet) for name, wallet in wallets.items()},
        "entries": [asdict(_entry(loads(line))) for line in entries],
    }


def _entry(line: Sequence[str]) -> Entry:
    request, account, ending, prompt, completion, cost, balance, wallet, at, model, tag = line
    return Entry(
        request,
        account,
        Ending(ending),
        int(prompt),
        int(completion),
        narrow(cost.encode()),
        narrow(balance.encode()),
        wallet,
        narrow(at.encode()),
        model,
        tag,
    )
