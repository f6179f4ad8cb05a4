"""Draft: what a choice would say if no ceiling and no stop string cut it, on two roads.

The fast road gives whole phrases; the slow one gives single tokens and obeys penalties, biases and
log-probabilities. Both give the same text where none of these acts. Knows no pieces of a stream.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from operator import getitem
from typing import Final, NamedTuple

from mock_server.completion import Prompt
from mock_server.prose import words
from mock_server.prose.asked import Asked, asked
from mock_server.prose.dice import FACES, Block, Dice
from mock_server.prose.phrasebook import Phrasebook, Place, Sentence, Unit
from mock_server.prose.sampled import Sampled, Token
from mock_server.prose.sampling import ranks

VERSION: Final = "2"
SHORTEST: Final = 20
LONGEST: Final = 100
"""Tokens of an answer that nobody asked to be long, its end token included."""

_VERSION: Final = VERSION.encode()


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


Phrases = tuple[int, Iterable[str], Iterable[Unit]]
"""Phrases that come together: tokens in all, texts, units."""


class Draft:
    """What one choice will say, before its ceiling."""

    def __init__(self, book: Phrasebook, prompt: Prompt, choice: int) -> None:
        self._book = book
        self._prompt = prompt
        self._choice = choice
        self._frame = FRAMES.get(prompt.adapter, PLAIN) if prompt.adapter else PLAIN
        self._before = book.unit(self._frame.before, choice)
        self._after = book.unit(self._frame.after, choice)
        self._text = prompt.turns[-1].text.strip()
        self._asked: Asked = asked(self._text)
        self._key = hashlib.blake2b(_VERSION + prompt.digest(), digest_size=32).digest()
        chances = ranks(prompt.temperature, prompt.top_p, prompt.top_k)
        # More noise never picks a better rank: where the last byte picks the best, each does.
        self._dice = Dice(self._key, self._luck() if chances[-1] else None, chances)
        self._target = SHORTEST + self._key[0] % 44

    def phrases(self) -> Iterator[Phrases]:
        """Return the text, a sentence at a time: the fast road."""
        before, after = self._before, self._after
        if before.size:
            yield before.size, (before.text,), (before,)
        if self._asked.parts is not None:
            for part in self._parts(self._asked.parts()):
                unit = self._book.unit(part, self._choice)
                yield unit.size, (unit.text,), (unit,)
        else:
            yield from self._prose(before.size + after.size)
        if after.size:
            yield after.size, (after.text,), (after,)

    def _prose(self, total: int) -> Iterator[Phrases]:
        """Return sentences until the text, of `total` tokens already, has enough of them."""
        # The same steps as in `_sentences`, without a generator in between.
        later, dice, number, at = self._book.later(self._choice), self._dice, 0, 1
        preferences, _, picks = dice.block(0)
        length, slots, texts, sizes = self._first(preferences[0] >> 5)
        begun = False
        while True:
            picked = picks[at : at + length]
            size = sum(map(getitem, sizes, picked))
            if begun and self._complete(total, size):
                return
            begun = True
            total += size
            yield size, map(getitem, texts, picked), map(getitem, slots, picked)
            at += length
            if at + words.WIDEST >= FACES:
                number += 1
                at = 0
                preferences, _, picks = dice.block(number)
            length, slots, texts, sizes = later[preferences[at] >> 5]
            at += 1

    def tokens(self) -> Iterator[Token]:
        """Return the tokens one by one, as biases and penalties have them: the slow road."""
        sampled = Sampled(self._book, self._prompt)
        yield from map(sampled.fixed, self._before.ids)
        asked_for = self._asked.parts is not None
        if self._asked.parts is not None:
            for part in self._parts(self._asked.parts()):
                yield from map(sampled.fixed, self._book.unit(part, self._choice).ids)
        total = self._before.size + self._after.size
        for number, (sentence, block, at) in enumerate(self._sentences()):
            if asked_for and sampled.may_end():
                break
            said: list[Token] = []
            throws = zip(sentence.slots, block.preferences[at:], block.noise[at:], strict=False)
            for slot, preference, noise in throws:
                said += sampled.phrase(slot, preference, noise)
            if number and self._complete(total, len(said)) and sampled.may_end():
                break
            if not said:
                said = [sampled.fixed(self._book.fillers[number % len(self._book.fillers)])]
            total += len(said)
            yield from said
        yield from map(sampled.fixed, self._after.ids)

    def _luck(self) -> bytes:
        prompt = self._prompt
        luck = f"occurrence {prompt.occurrence}" if prompt.seed is None else f"seed {prompt.seed}"
        return hashlib.blake2b(self._key + f"{luck} {self._choice}".encode()).digest()

    def _complete(self, total: int, size: int) -> bool:
        """Tell whether a text of `total` tokens should end before a sentence of `size` more."""
        return not self._asked.long and (total >= self._target or total + size >= LONGEST)

    def _sentences(self) -> Iterator[tuple[Sentence, Block, int]]:
        """Return sentences without end, each with a block and where its slots' throws begin there.

        One throw chooses the sentence; the throws of its slots follow, in the same block.
        """
        later, dice = self._book.later(self._choice), self._dice
        block, number = dice.block(0), 0
        sentence = self._first(block.preferences[0] >> 5)
        yield sentence, block, 1
        at = 1 + sentence.length
        while True:
            if at + words.WIDEST >= FACES:
                number += 1
                block, at = dice.block(number), 0
            sentence = later[block.preferences[at] >> 5]
            yield sentence, block, at + 1
            at += 1 + sentence.length

    def _first(self, pattern: int) -> Sentence:
        if self._frame.space or self._asked.parts is not None:
            return self._book.sentence(self._choice, Place.LATER, pattern)
        # The text of a turn may be folded: instructions, a blank line, and what was then said.
        text = self._text
        taken = text[:1].lower() + text.rpartition("\n\n")[2].lstrip()[:1].lower()
        return self._book.opening(self._choice, pattern, taken)

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
