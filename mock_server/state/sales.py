"""Sells in the words of `sell.lua`, and its answers in ours. Knows no connection."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mock_server.quota import SECOND
from mock_server.state import Sell, Sold
from mock_server.state.asking import Argument, narrow, wide
from mock_server.text import dumps

SOURCE = Path(__file__).with_name("sell.lua").read_text(encoding="utf-8")


NUMBERS = struct.Struct("<15d")
"""The epoch; seven pairs: now, span and room of the quota, most, opening and cost; and tokens."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A wish to sell, as the script is asked for it."""

    wish: Sell
    now: int
    arguments: tuple[Argument, ...]
    """Whose it is, what is kept of it (in two parts), and the numbers that decide."""


def sale(wish: Sell, now: int) -> Sale:
    """Return how the script is asked to sell at `now`."""
    take, hold, settle = wish.take, wish.hold, wish.settle
    step, room = take.quota.step, take.quota.room
    pairs = (
        *divmod(now, SECOND),
        *divmod(take.cost * step, SECOND),
        *divmod(room * step if step else -1, SECOND),
        *divmod(hold.amount, SECOND),
        *divmod(hold.opening, SECOND),
    )
    if settle is None:
        lapses = now + hold.lease
        kept = {
            "account": hold.account,
            "wallet": hold.account,
            "amount": wide(hold.amount),
            "lapses": wide(lapses),
            "live": True,
        }
        numbers = NUMBERS.pack(wish.epoch, *pairs, 0, 0, -1, lapses // 1000)
        return Sale(wish, now, (hold.account, hold.request, dumps(kept), numbers))
    prompt, completion = settle.prompt_tokens, settle.completion_tokens
    known = (
        *(settle.request, settle.account, settle.ending, str(prompt), str(completion)),
        wide(settle.cost),
    )
    rest = (settle.account, wide(now), settle.model, settle.tag)
    # Between the two the script tells what is left in the wallet.
    head, tail = dumps(known)[:-1] + b',"', b'",' + dumps(rest)[1:]
    cost = divmod(settle.cost, SECOND)
    numbers = NUMBERS.pack(wish.epoch, *pairs, *cost, prompt, completion)
    return Sale(wish, now, (settle.account, head, tail, numbers))


def sold(sales: Sequence[Sale], answer: bytes) -> list[Sold]:
    """Read the script's answer for sales that were asked for together."""
    epoch, verdicts, *states = answer.split(b" ")
    now, before = int(epoch), iter(states)
    full_at: dict[str, int] = {}
    found = []
    for one, verdict in zip(sales, verdicts.decode(), strict=True):
        take, allowance = one.wish.take, None
        if one.wish.epoch == now and take.account not in full_at:
            # Accounts are told of in the order in which they were asked about.
            full_at[take.account] = narrow(next(before))
        if verdict == "1":
            allowance = take.quota.take(take.cost, one.now, full_at[take.account])
            full_at[take.account] = allowance.full_at
        found.append(Sold(allowance, now))
    return found
