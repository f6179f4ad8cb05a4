"""Deck: cards in the order of a seed, each dealt before any comes again. Knows no card.

Chance alone would deal some cards often, and others not at all in thousands of cases.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from typing import TypeVar

Card = TypeVar("Card")


def dealt(cards: Sequence[Card], name: str, seed: int, number: int) -> Card:
    """Return the card of that number; `name` tells one deck of a seed from its others."""
    lap, place = divmod(number, len(cards))
    return cards[_order(len(cards), name, seed, lap)[place]]


@functools.lru_cache(maxsize=64)
def _order(count: int, name: str, seed: int, lap: int) -> tuple[int, ...]:
    order = list(range(count))
    random.Random(f"{seed}/{name}/{lap}").shuffle(order)
    return tuple(order)
