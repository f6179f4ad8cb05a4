"""Dice: what chance adds to a preference, a byte for every slot of a text.

Bytes come in blocks, each from one hash, and the phrases that a block picks are worked out at once.
Knows no phrase.
"""

from __future__ import annotations

import hashlib
from typing import Final

from mock_server.prose.sampling import PICKS

FACES: Final = 64
"""Throws of a block."""

_LOW: Final = int.from_bytes(b"\x0f" * FACES)
_SILENCE: Final = bytes(FACES)
_FIRST: Final = bytes(preference & 15 for preference in range(256))


class Dice:
    """The throws of one choice."""

    __slots__ = ("_luck", "_ranks")

    def __init__(self, luck: bytes | None, ranks: bytes) -> None:
        """`ranks` holds a rank, times sixteen, for every byte of noise; without luck all are 0."""
        self._luck = luck
        self._ranks = ranks

    def noise(self, block: int) -> bytes:
        """Return the noise of a block."""
        if self._luck is None:
            return _SILENCE
        return hashlib.blake2b(self._luck + block.to_bytes(4, "big")).digest()

    def picks(self, block: int, preferences: bytes) -> bytes:
        """Return which of sixteen phrases each throw of a block picks."""
        if self._luck is None:
            return preferences.translate(_FIRST)
        ranks = self.noise(block).translate(self._ranks)
        # A byte holds both, so that one look at a table tells the phrase.
        both = int.from_bytes(preferences) & _LOW | int.from_bytes(ranks)
        return both.to_bytes(FACES).translate(PICKS)
