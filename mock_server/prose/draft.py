"""Draft: what a choice would say if no ceiling and no stop string cut it, on two roads.

The fast road gives whole phrases; the slow one gives single tokens and obeys penalties, biases and
log-probabilities. Both give the same text where none of these acts. Knows no pieces of a stream.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from mock_server.completion import Prompt
from mock_server.prose.asked import Asked, asked
from mock_server.prose.phrasebook import Phrasebook, Place, Slots, Unit
from mock_server.prose.sampled import Sampled, Token
from mock_server.prose.sampling import PICKS, ranks

VERSION: Final = "1"
SHORTEST: Final = 20
LONGEST: Final = 100
"""Tokens of an answer that nobody asked to be long, its end token included."""

SILENCE: Final = bytes(64)
"""Noise that always picks the best."""


class Frame(NamedTuple):
    """What an adapter makes of a text."""

    before: str
    after: str
    space: str = ""
    """Between `before` and the text."""
    escaped: bool = False
    """The text stands in a JSON string."""


PLAIN: Final = Frame("", "")
FRAMES: Final[Mapping[str, Frame]] = {
    "pirate": Frame("Arr, matey!", " Yo ho ho!", " "),
    "json": Frame('{"answer": "', '"}', escaped=True),
}


class Draft:
    """What one choice will say, before its ceiling."""

    def __init__(self, book: Phrasebook, prompt: Prompt, choice: int) -> None:
        self._book = book
        self._prompt = prompt
        self._choice = choice
        self._frame = FRAMES.get(prompt.adapter or "", PLAIN)
        self._before = book.unit(self._frame.before, choice)
        self._after = book.unit(self._frame.after, choice)
        self._text = prompt.turns[-1].text.strip()
        self._asked: Asked = asked(self._text)
        self._follows = bool(self._frame.space) or self._asked.parts is not None
        self._key = hashlib.blake2b(prompt.digest(), key=VERSION.encode(), digest_size=32).digest()
        self._ranks = ranks(prompt.temperature, prompt.top_p, prompt.top_k)
        self._greedy = not any(self._ranks)
        self._target = SHORTEST + self._key[0] % 44

    def units(self) -> Iterator[Unit]:
        """Return the text phrase by phrase: the fast road."""
        if self._before.size:
            yield self._before
        if self._asked.parts is not None:
            for part in self._parts(self._asked.parts()):
                yield self._book.unit(part, self._choice)
        else:
            total, index = self._before.size + self._after.size, 0
            while True:
                slots, preferences, noise = self._sentence(index)
                chosen = [
                    slot[PICKS[preference << 4 | rank]]
                    for slot, preference, rank in zip(
                        slots, preferences, noise.translate(self._ranks), strict=False
                    )
                ]
                size = sum([unit.size for unit in chosen])
                if self._complete(index, total, size):
                    break
                total += size
                index += 1
                yield from chosen
        if self._after.size:
            yield self._after

    def tokens(self) -> Iterator[Token]:
        """Return the tokens one by one, as biases and penalties have them: the slow road."""
        sampled = Sampled(self._book, self._prompt)
        yield from map(sampled.fixed, self._before.ids)
        asked_for = self._asked.parts is not None
        if self._asked.parts is not None:
            for part in self._parts(self._asked.parts()):
                yield from map(sampled.fixed, self._book.unit(part, self._choice).ids)
        total, index = self._before.size + self._after.size, 0
        while not (asked_for and sampled.may_end()):
            sentence: list[Token] = []
            for slot, preference, noise in zip(*self._sentence(index), strict=False):
                sentence += sampled.phrase(slot, preference, noise)
            if self._complete(index, total, len(sentence)) and sampled.may_end():
                break
            if not sentence:
                sentence = [sampled.fixed(self._book.fillers[index % len(self._book.fillers)])]
            total += len(sentence)
            index += 1
            yield from sentence
        yield from map(sampled.fixed, self._after.ids)

    @functools.cached_property
    def _luck(self) -> bytes:
        prompt = self._prompt
        luck = f"occurrence {prompt.occurrence}" if prompt.seed is None else f"seed {prompt.seed}"
        return hashlib.blake2b(f"{luck} {self._choice}".encode(), key=self._key).digest()

    def _complete(self, index: int, total: int, size: int) -> bool:
        """Tell whether the text should end before sentence `index`, of `size` tokens."""
        if self._asked.long or not index:
            return False
        return total >= self._target or total + size >= LONGEST

    def _sentence(self, index: int) -> tuple[Slots, bytes, bytes]:
        """Return the slots of a sentence, and for each a byte of preference and one of noise."""
        salt = index.to_bytes(4, "big")
        block = hashlib.blake2b(self._key + salt).digest()
        noise = SILENCE if self._greedy else hashlib.blake2b(self._luck + salt).digest()
        pattern = block[-1] & 7
        if index or self._follows:
            return self._book.sentence(self._choice, Place.LATER, pattern), block, noise
        # The text of a turn may be folded: instructions, a blank line, and what was then said.
        text = self._text
        taken = frozenset((text[:1].lower(), text.rpartition("\n\n")[2].lstrip()[:1].lower()))
        return self._book.opening(self._choice, pattern, taken), block, noise

    def _parts(self, parts: Iterable[str]) -> Iterator[str]:
        """Return an asked-for text as the adapter says it, without marks of the template."""
        space = self._frame.space
        for part in parts:
            text = space + _unmarked(part, self._book.tokens.special)
            space = ""
            yield (
                json.dumps(text, ensure_ascii=False)[1:-1]
                if self._prompt.adapter == "json"
                else text
            )


def _unmarked(text: str, marks: Iterable[str]) -> str:
    """Take marks out until none is left: taking one out may join another together."""
    while found := [mark for mark in marks if mark in text]:
        for mark in found:
            text = text.replace(mark, "")
    return text
