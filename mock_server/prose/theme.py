"""Theme: what follows from a conversation alone, whatever seed and parameters add to it.

A conversation that comes again has the same theme, so it is worth keeping. Knows no chance.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Final, NamedTuple

from mock_server.prose import words
from mock_server.prose.asked import Asked, asked
from mock_server.prose.dice import FACES
from mock_server.prose.phrasebook import Phrasebook, Place, Sentence, Unit
from mock_server.prose.score import Score, Step

VERSION: Final = "2"
SHORTEST: Final = 20
LONGEST: Final = 100
"""Tokens of an answer that nobody asked to be long, its end token included."""
ENDLESS: Final = 1 << 62

_VERSION: Final = VERSION.encode()
_NOTHING: Final = Unit("", (), 0, ())


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


class Theme:
    """What one choice of a conversation is about."""

    def __init__(
        self, book: Phrasebook, name: bytes, adapter: str | None, text: str, choice: int
    ) -> None:
        """`name` tells the conversation from every other; `text` is its last turn."""
        self.book = book
        self.choice = choice
        self.key = hashlib.blake2b(_VERSION + name, digest_size=32).digest()
        self._text = text.strip()
        self._frame = FRAMES.get(adapter, PLAIN) if adapter else PLAIN
        self._asked: Asked = asked(self._text)
        self.before = self.after = _NOTHING
        """What an adapter puts around the text."""
        if self._frame is not PLAIN:
            self.before = book.unit(self._frame.before, choice)
            self.after = book.unit(self._frame.after, choice)
        self.target = SHORTEST + self.key[0] % 44
        """Tokens after which a text may end."""
        self.longest = LONGEST
        """Tokens that no further sentence may reach."""
        if self._asked.long:
            self.target = self.longest = ENDLESS
        self.literal = self._asked.parts is not None
        """A text is asked for, word for word."""
        self._preferences = self._made(0)
        self._steps: list[Step] = []
        """Those of the first block, as far as somebody asked."""
        self._score: Score | None = None
        self._readers = 0

    def parts(self) -> Iterator[str]:
        """Return the text that is asked for as the adapter says it, without marks of a template."""
        assert self._asked.parts is not None
        space = self._frame.space
        for part in self._asked.parts():
            text = space + _unmarked(part, self.book.tokens.special)
            space = ""
            yield json.dumps(text, ensure_ascii=False)[1:-1] if self._frame.escaped else text

    def preferences(self, block: int) -> bytes:
        """Return a byte for each throw of a block: which phrase it would rather have."""
        return self._made(block) if block else self._preferences

    def score(self) -> Score | None:
        """Return the first block as a score; None for a first reader, whom it would not repay."""
        if self._score is None:
            self._readers += 1
            if self._readers > 1:
                self._score = Score.of(takewhile(_is_first, self.steps()))
        return self._score

    def steps(self) -> Iterator[Step]:
        """Return sentences without end.

        One throw chooses a sentence; the throws of its slots follow, in the same block.
        """
        known = self._steps
        yield from known
        number, block, at = len(known), 0, known[-1][2] if known else 1
        preferences, later = self._preferences, self.book.later(self.choice)
        sentence = None if known else self._opening(preferences[0] >> 5)
        while True:
            if sentence is None:
                if at + words.WIDEST >= FACES:
                    block, at = block + 1, 0
                    preferences = self._made(block)
                sentence = later[preferences[at] >> 5]
                at += 1
            length, slots = sentence
            step = block, at, at + length, slots
            if not block and number == len(known):
                # Another who reads the same theme may have been here before.
                known.append(step)
            number += 1
            yield step
            at += length
            sentence = None

    def _opening(self, pattern: int) -> Sentence:
        if self._frame.space or self.literal:
            return self.book.sentence(self.choice, Place.LATER, pattern)
        # The text of a turn may be folded: instructions, a blank line, and what was then said.
        text = self._text
        taken = text[:1].lower() + text.rpartition("\n\n")[2].lstrip()[:1].lower()
        return self.book.opening(self.choice, pattern, taken)

    def _made(self, block: int) -> bytes:
        return hashlib.blake2b(self.key + block.to_bytes(4, "big")).digest()


def _is_first(step: Step) -> bool:
    return not step[0]


def _unmarked(text: str, marks: Iterable[str]) -> str:
    """Take marks out until none is left: taking one out may join another together."""
    while found := [mark for mark in marks if mark in text]:
        for mark in found:
            text = text.replace(mark, "")
    return text
