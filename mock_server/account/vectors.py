"""Vectors: a text as a unit vector that follows from its tokens alone. Knows no request.

Every token and every pair of neighbours adds to a few components, so that texts with words in
common lie closer together; a little of the whole text keeps any two apart.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import sys
from array import array
from base64 import b64encode
from collections.abc import Sequence

_TOUCHED = 12
"""Components each feature adds to."""
_OWN = 0.05
"""How much of the vector follows from the whole text."""


def vector(ids: Sequence[int], size: int, kept: int) -> array[float]:
    """Return the first `kept` of `size` components, of length one, as 32-bit floats."""
    whole = [0.0] * size
    for feature, weight in _features(ids):
        _add(whole, feature, weight)
    scale = _length(whole) or 1.0
    own = _noise(b"%d " * len(ids) % tuple(ids), size)
    mixed = [value / scale + _OWN * more for value, more in zip(whole, own, strict=True)][:kept]
    length = _length(mixed) or 1.0
    return array("f", (value / length for value in mixed))


def encoded(values: array[float]) -> str:
    """Return the vector as base64 of little-endian floats."""
    if sys.byteorder == "big":
        values = array("f", values)
        values.byteswap()
    return b64encode(values.tobytes()).decode("ascii")


def _features(ids: Sequence[int]) -> list[tuple[bytes, float]]:
    alone = [(b"%d" % token, 1.0) for token in ids]
    pairs = [(b"%d,%d" % pair, 0.5) for pair in itertools.pairwise(ids)]
    return alone + pairs


def _add(whole: list[float], feature: bytes, weight: float) -> None:
    chance = hashlib.blake2b(feature, digest_size=3 * _TOUCHED, person=b"gonogo-vector").digest()
    for index in range(0, len(chance), 3):
        place = int.from_bytes(chance[index : index + 2], "big") % len(whole)
        whole[place] += weight if chance[index + 2] & 1 else -weight


def _noise(text: bytes, size: int) -> list[float]:
    chance = hashlib.shake_128(text).digest(2 * size)
    values = [int.from_bytes(chance[at : at + 2], "big") - 32767.5 for at in range(0, 2 * size, 2)]
    length = _length(values) or 1.0
    return [value / length for value in values]


def _length(values: Sequence[float]) -> float:
    return math.sqrt(math.fsum([value * value for value in values]))
