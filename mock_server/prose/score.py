"""Score: the first block of a theme laid out so that a throw finds its phrases by its place.

Nearly every answer ends within its first block, so that all of it can be read at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import getitem
from typing import Final, NamedTuple

from mock_server.prose.dice import FACES
from mock_server.prose.phrasebook import Slots, Unit
from mock_server.prose.words import SIZE

Step = tuple[int, int, int, Slots]
"""A sentence: the block whose throws choose its phrases, where they begin and end there, and what
they choose from."""

_NOTHING: Final = (Unit("", (), 0, ()),) * SIZE
_SILENCE: Final = ("",) * SIZE


class Score(NamedTuple):
    """A throw that chooses a sentence has the choice among sixteen phrases that say nothing."""

    sentences: tuple[tuple[int, int, tuple[tuple[int, ...], ...]], ...]
    """Where each begins and ends, and the sizes of what it has to choose from."""
    units: tuple[tuple[Unit, ...], ...]
    texts: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> Score:
        """Return the score of the steps of one block."""
        units: list[tuple[Unit, ...]] = [_NOTHING] * FACES
        texts: list[tuple[str, ...]] = [_SILENCE] * FACES
        sentences = []
        for _, start, end, (its_units, its_texts, sizes) in steps:
            units[start:end], texts[start:end] = its_units, its_texts
            sentences.append((start, end, sizes))
        return cls(tuple(sentences), tuple(units), tuple(texts))

    def read(self, picks: bytes, so_far: int, target: int, longest: int) -> tuple[int, int] | None:
        """Return the size of the sentences that are said, and the place where the last one ends.

        None where the block ends first. One sentence is said in any case; no other is begun once
        `target` is reached with the `so_far` tokens that stand around them, or reaches `longest`.
        """
        total, last = so_far, 0
        for start, end, sizes in self.sentences:
            if last and total >= target:
                return total - so_far, last
            size = sum(map(getitem, sizes, picks[start:end]))
            if last and total + size >= longest:
                return total - so_far, last
            total += size
            last = end
        return None
