"""Draw: choices that look like chance and follow from a seed alone. Knows no use of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

One = TypeVar("One")


class Draw:
    """An endless row of numbers; the same seed gives the same row, on every machine."""

    def __init__(self, seed: bytes) -> None:
        self._seed = hashlib.blake2b(seed, digest_size=32).digest()
        self._drawn = 0

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1; `limit` is at least 1 and below 2 to the 100."""
        self._drawn += 1
        text = self._seed + self._drawn.to_bytes(8, "big")
        return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big") % limit

    def among(self, options: Sequence[One]) -> One:
        """Return one of some options."""
        return options[self.below(len(options))]

    def between(self, least: int, most: int) -> int:
        """Return a number from `least` to `most`, both included."""
        return least + self.below(most - least + 1)
