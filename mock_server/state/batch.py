"""A batch: what is asked of a Redis together, in as few commands as will do. Knows no connection.

Notes of one log become one command, and so does all that is to be sold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.state import Note
from mock_server.state.asking import Argument, Asking
from mock_server.state.sales import Sale, sold
from mock_server.state.script import noting

GRANT, SALE = "redis.lua", "sell.lua"
"""The scripts."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who asks."""

    asked: Asking | Sale | Note
    answer: asyncio.Future[Any] | None
    """None where nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Order:
    """One command, and who waits for its answer."""

    script: str
    arguments: tuple[Argument, ...]
    takers: Sequence[Waiting] = ()
    read: Callable[[Any], Sequence[Any]] = lambda answer: (answer,)
    """Returns what each of the takers gets."""
    own: str = "none"
    number: int | None = None
    """Of the sale, or of that which is undone."""


def orders(
    batch: Iterable[Waiting], mark: str, number: int, given_up: Mapping[int, Sequence[Sale]]
) -> list[Order]:
    """Return the commands of a batch, in order.

    Whoever sells is told by `mark`, and counts its sales: a sale is undone before the next one, if
    it was given up, so that Redis need keep no more than the last of each.
    """
    made = [
        Order(SALE, ("undo", mark, lost, *_flat(sales)), number=lost)
        for lost, sales in given_up.items()
    ]
    notes: dict[tuple[str, int], list[Note]] = {}
    selling: list[Waiting] = []
    others = []
    for one in batch:
        match one.asked:
            case Note() as note:
                notes.setdefault((note.name, note.most), []).append(note)
            case Sale():
                selling.append(one)
            case Asking(arguments, _, own):
                others.append(Order(GRANT, arguments, (one,), own=own))
    for each in notes.values():
        asked = noting(each)
        made.append(Order(GRANT, asked.arguments, own=asked.own))
    if selling:
        sales = sales_of(selling)
        arguments = ("sell", mark, number, *_flat(sales))
        made.append(
            Order(SALE, arguments, selling, lambda answer: sold(sales, answer), number=number)
        )
    return made + others


def sales_of(takers: Iterable[Waiting]) -> list[Sale]:
    """Return what of it is to be sold."""
    return [one.asked for one in takers if isinstance(one.asked, Sale)]


def _flat(sales: Iterable[Sale]) -> list[Argument]:
    return [argument for one in sales for argument in one.arguments]
