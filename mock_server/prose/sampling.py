"""Choosing among ranked alternatives: temperature, nucleus, top k, from one byte of noise.

Knows no words and no tokens; alternatives are scores in descending order.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Final

from mock_server.prose.words import SIZE

LADDER: Final[tuple[float, ...]] = tuple(-0.7 * rank**0.8 for rank in range(SIZE))
"""Scores of a slot's phrases by rank. The first is clearly ahead, so that a temperature near zero
is greedy; at temperature 1 it wins about one time in three."""

STEP: Final = 7
"""From a phrase to the next best: odd, so that each of the sixteen has its turn."""

COLDEST: Final = 1e-3
"""Temperatures below are zero: a division by them would overflow."""


def choose(
    scores: Sequence[float], noise: int, temperature: float, top_p: float, top_k: int | None
) -> int:
    """Return the index of the alternative that a byte of noise picks.

    Scores descend. `top_k` keeps the first so many, then `top_p` the fewest that hold that share.
    """
    if temperature < COLDEST:
        return 0
    best = scores[0]
    weights = [math.exp((score - best) / temperature) for score in scores[: top_k or len(scores)]]
    enough, kept, reached = top_p * sum(weights), 0, 0.0
    for weight in weights:
        kept += 1
        reached += weight
        if reached >= enough:
            break
    target = (noise + 0.5) / 256 * reached
    for index in range(kept):
        target -= weights[index]
        if target < 0:
            return index
    return kept - 1


@functools.lru_cache(256)
def ranks(temperature: float, top_p: float, top_k: int | None) -> bytes:
    """Return, for every byte of noise, the rank it picks on the ladder, times sixteen."""
    return bytes(choose(LADDER, noise, temperature, top_p, top_k) << 4 for noise in range(256))


def order(preference: int) -> list[int]:
    """Return the phrases of a slot, best first, as the lower half of a byte ranks them."""
    return [(preference + STEP * rank) % SIZE for rank in range(SIZE)]


PICKS: Final = bytes((both + STEP * (both >> 4)) % SIZE for both in range(256))
"""`order` as a table: the phrase at `rank << 4 | preference`."""


def log_total(scores: Sequence[float]) -> float:
    """Return the logarithm of the sum of exponentials, whatever their size."""
    best = max(scores)
    return best + math.log(sum(math.exp(score - best) for score in scores))
