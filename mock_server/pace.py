"""Pace: when each token of an answer is due, counted from the arrival of its request. Never waits.

Times are absolute: the gaps between tokens come from a table that is made once, so that a late
write never moves those after it, and one token's time costs one subtraction.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

SECOND: Final = 1_000_000_000
"""Nanoseconds, the unit of every time here."""
KEEP_ALIVE: Final = 15 * SECOND
SAMPLES: Final = 4096
"""Gaps in the table; a longer answer goes round."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|m|h)?")
_UNITS: Final[Mapping[str, int]] = {
    "us": 1_000,
    "ms": 1_000_000,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
}


class PaceError(ValueError):
    """A pace that cannot be kept, and why, in one sentence."""


def duration(told: str | float) -> int:
    """Return nanoseconds of `300ms`, `1.5s`, `2m` or a plain number of seconds.

    Raises PaceError for anything else, and for more than a day.
    """
    found = _DURATION.fullmatch(str(told).strip())
    if isinstance(told, bool) or found is None:
        raise PaceError(f"{told!r} is no duration; write it like 300ms, 1.5s or 2m")
    nanoseconds = round(float(found[1]) * _UNITS[found[2] or "s"])
    if nanoseconds > 86_400 * SECOND:
        raise PaceError(f"{told!r} is longer than a day")
    return nanoseconds


class Spread(StrEnum):
    """How the gaps between tokens are distributed around their mean."""

    CONSTANT = "constant"
    UNIFORM = "uniform"
    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    EXPONENTIAL = "exponential"


@dataclass(frozen=True, slots=True)
class Jitter:
    """A distribution; its mean is the pace's own gap."""

    spread: Spread = Spread.CONSTANT
    width: float = 0.0
    """Nanoseconds each way for `uniform`, the standard deviation in nanoseconds for `normal`, the
    sigma of the logarithm for `lognormal`; nothing to the others."""

    @classmethod
    def read(cls, told: str) -> Jitter:
        """Read `constant`, `uniform:5ms`, `normal:5ms`, `lognormal:0.5` or `exponential`."""
        name, _, width = told.partition(":")
        if name not in list(Spread):
            raise PaceError(f"there is no jitter {name!r}; there are: {', '.join(Spread)}")
        spread = Spread(name)
        if (spread in (Spread.CONSTANT, Spread.EXPONENTIAL)) == bool(width):
            raise PaceError(
                f"{told!r} is no jitter; write constant, exponential, uniform:5ms, normal:5ms or "
                "lognormal:0.5"
            )
        if spread is not Spread.LOGNORMAL:
            return cls(spread, duration(width) if width else 0.0)
        sigma = float(width) if re.fullmatch(r"\d+(\.\d+)?", width) else math.inf
        if sigma > 4:
            raise PaceError(f"{told!r} is no jitter; the sigma of lognormal lies between 0 and 4")
        return cls(spread, sigma)

    def gap(self, share: float, mean: int) -> int:
        """Return the gap that `share` (0 to 1) of all gaps are shorter than; never negative."""
        return max(0, round(_QUANTILES[self.spread](share, mean, self.width)))


def _normal(share: float) -> float:
    # The library costs a start that needs no jitter ten milliseconds.
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)


_QUANTILES: Final[Mapping[Spread, Callable[[float, int, float], float]]] = {
    Spread.CONSTANT: lambda share, mean, width: mean,
    Spread.UNIFORM: lambda share, mean, width: mean + (2 * share - 1) * width,
    Spread.NORMAL: lambda share, mean, width: mean + _normal(share) * width,
    Spread.LOGNORMAL: lambda share, mean, width: (
        mean * math.exp(_normal(share) * width - width * width / 2)
    ),
    Spread.EXPONENTIAL: lambda share, mean, width: -mean * math.log1p(-share),
}


class Unit(StrEnum):
    """What a chunk of a stream is measured in."""

    TOKENS = "tokens"
    WORDS = "words"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Chunk:
    """How much of a stream comes at once: tokens or words in an event, bytes in a write."""

    size: int
    unit: Unit

    @classmethod
    def read(cls, told: str) -> Chunk:
        """Read `4 tokens`, `1 word` or `16bytes`."""
        found = re.fullmatch(r"(\d{1,7})\s*(token|word|byte)s?", told.strip())
        if found is None or not int(found[1]):
            raise PaceError(f"{told!r} is no size of a chunk; write 4tokens, 1word or 16bytes")
        return cls(int(found[1]), Unit(f"{found[2]}s"))


@dataclass(frozen=True, slots=True)
class Pace:
    """When an answer comes; every time is from the arrival of the request."""

    first_byte: int = 0
    """Before this, not even the status line."""
    first_token: int = 0
    """When the first token comes, on the average."""
    between_tokens: int = 0
    """From one token to the next, on the average."""
    jitter: Jitter = Jitter()
    chunk: Chunk | None = None
    """None for an event a token, as the engine made them."""
    keep_alive: int = KEEP_ALIVE
    """A stream silent for so long gets a comment; 0 for never."""
    seed: int = 0
    table: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """Sums of the gaps before each sample, and of them all."""

    def __post_init__(self) -> None:
        """Make the table, or find it."""
        object.__setattr__(self, "table", _table(self.jitter, self.between_tokens, self.seed))

    @classmethod
    def read(cls, told: Mapping[str, str | float | bool], seed: int = 0) -> Pace:
        """Read a pace as flags and scripts write it; names are those of the fields.

        Raises PaceError, naming the field that is wrong.
        """
        read: dict[str, Any] = {}
        for name, value in told.items():
            try:
                match name:
                    case "jitter":
                        read[name] = Jitter.read(str(value))
                    case "chunk":
                        read[name] = Chunk.read(str(value))
                    case "seed":
                        read[name] = _whole(value)
                    case _:
                        read[name] = 0 if value is False else duration(value)
            except PaceError as error:
                raise PaceError(f"{name}: {error}") from None
        return cls(**{"seed": seed, **read})

    def schedule(self, number: int) -> Schedule:
        """Return the times of one answer; `number` tells the answers of a pace apart."""
        samples = len(self.table) - 1
        return Schedule(self, _hash(self.seed, -1 - number) % samples)


class Schedule:
    """When the tokens of one answer are due."""

    __slots__ = ("_first", "_start", "pace")

    def __init__(self, pace: Pace, start: int) -> None:
        table = pace.table
        self.pace = pace
        self._start = start
        # The first token varies by as much as the gap before any other.
        varied = pace.first_token + table[start + 1] - table[start] - pace.between_tokens
        self._first = max(0, varied, pace.first_byte) - table[start + 1]

    def due(self, token: int) -> int:
        """Return nanoseconds from the request's arrival to a token, counted from 0."""
        table = self.pace.table
        rounds, place = divmod(self._start + 1 + token, len(table) - 1)
        return self._first + rounds * table[-1] + table[place]


@functools.lru_cache(64)
def _table(jitter: Jitter, mean: int, seed: int) -> tuple[int, ...]:
    """Sum up as many gaps of each length as the distribution has, in seeded order."""
    samples = 1 if jitter.spread is Spread.CONSTANT else SAMPLES
    gaps = [jitter.gap((number + 0.5) / samples, mean) for number in range(samples)]
    order = sorted(range(samples), key=lambda number: _hash(seed, number))
    return tuple(itertools.accumulate((gaps[number] for number in order), initial=0))


def _whole(told: str | float | bool) -> int:
    if isinstance(told, bool) or not re.fullmatch(r"-?\d{1,18}", str(told)):
        raise PaceError(f"{told!r} is no whole number")
    return int(told)


def _hash(seed: int, number: int) -> int:
    name = f"{seed}:{number}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest())
