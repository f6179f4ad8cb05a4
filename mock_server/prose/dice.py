"""Dice: what a prompt prefers and what chance adds to it, a byte of each for every slot of a text.

The bytes come in blocks, each from one hash of the prompt and one of the seed, and the phrases they
pick are worked out for a whole block at once. Knows no phrase.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from mock_server.prose.sampling import PICKS

FACES: Final = 64
"""Bytes of a block."""

_LOW: Final = int.from_bytes(b"\x0f" * FACES)
_SILENCE: Final = bytes(FACES)
_FIRST: Final = bytes(preference & 15 for preference in range(256))


class Block(NamedTuple):
    """So many throws."""

    preferences: bytes
    noise: bytes
    picks: bytes
    """Which of sixteen phrases each throw picks."""


class Dice:
    """The throws of one choice."""

    __slots__ = ("_key", "_luck", "_ranks")

    def __init__(self, key: bytes, luck: bytes | None, ranks: bytes) -> None:
        """`ranks` holds a rank, times sixteen, for every byte of noise; without luck all are 0."""
        self._key = key
        self._luck = luck
        self._ranks = ranks

    def block(self, number: int) -> Block:
        """Return a block, counted from 0."""
        salt = number.to_bytes(4, "big")
        preferences = hashlib.blake2b(self._key + salt).digest()
        if self._luck is None:
            return Block(preferences, _SILENCE, preferences.translate(_FIRST))
        noise = hashlib.blake2b(self._luck + salt).digest()
        # A byte holds both, so that one look at a table tells the phrase.
        both = int.from_bytes(preferences) & _LOW | int.from_bytes(noise.translate(self._ranks))
        return Block(preferences, noise, both.to_bytes(FACES).translate(PICKS))
