"""Phrases as tokens: every phrase of the vocabulary encoded once, cut into pieces ready to send.

Knows the tokenizer, but neither prompts nor probabilities.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

from mock_server.completion import Piece, TokenLogprob
from mock_server.prose import words

SHORT: Final = 64
"""Characters of a text worth remembering."""

LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
"""What a sentence of ours can begin with, in lower case."""


class Decoder(Protocol):
    """Text of ids that come one by one, whole characters only."""

    def feed(self, token: int) -> str:
        """Text that is complete with this id."""


class Tokenizer(Protocol):
    """What is needed of `mock_server.tokens.Tokens`."""

    @property
    def ends(self) -> frozenset[int]:
        """Ids that end an answer."""

    @property
    def special(self) -> Iterable[str]:
        """Control tokens, as text."""

    @property
    def vocabulary_size(self) -> int:
        """One more than the largest id."""

    def encode(self, text: str) -> list[int]:
        """Ids of a text; control tokens in it are plain text."""

    def token_bytes(self, token: int) -> bytes:
        """Bytes of an id; empty for a control token."""

    def decode_stream(self) -> Decoder:
        """A fresh decoder."""

    def count_prompt(self, turns: Iterable[tuple[str, str]]) -> int:
        """Tokens of a conversation, template included."""


class Unit(NamedTuple):
    """A phrase."""

    text: str
    ids: tuple[int, ...]
    size: int
    """How many ids."""
    pieces: tuple[Piece, ...]


Slots = tuple[
    tuple[tuple[Unit, ...], ...], tuple[tuple[str, ...], ...], tuple[tuple[int, ...], ...]
]
"""The sixteen phrases of every slot of a sentence, seen three ways: units, texts and sizes."""


class Sentence(NamedTuple):
    """A sentence whose every slot has sixteen phrases to choose from."""

    length: int
    """Slots."""
    slots: Slots

    @classmethod
    def of(cls, slots: Iterable[Iterable[Unit]]) -> Sentence:
        """Return a sentence of slots."""
        units = tuple(map(tuple, slots))
        texts = tuple(tuple(unit.text for unit in slot) for slot in units)
        sizes = tuple(tuple(unit.size for unit in slot) for slot in units)
        return cls(len(units), (units, texts, sizes))


class Place(IntEnum):
    """How a sentence begins."""

    FIRST = 0
    LATER = 1
    """Behind other text, after a space."""
    PERHAPS = 2
    """Like FIRST, with another first letter."""
    QUITE = 3
    """And yet another."""


class Phrasebook:
    """Encodes phrases, each once."""

    def __init__(self, tokens: Tokenizer) -> None:
        self.tokens = tokens
        self._sentences: dict[int, Sentence] = {}
        self._later: dict[int, tuple[Sentence, ...]] = {}
        self._openings: dict[tuple[int, int, str], Sentence] = {}
        self.certain: dict[tuple[int, int], TokenLogprob] = {}
        """Log-probability of a token inside a word, by token and number of alternatives."""
        self._remembered = functools.lru_cache(4096)(self._unit)

    @functools.cached_property
    def fillers(self) -> tuple[int, ...]:
        """Ids of forty common tokens (fewer where the vocabulary is smaller), most common first."""
        common = [self.tokens.encode(f" {word}")[0] for word in words.FILLERS.split()]
        rest = (one for one in range(self.tokens.vocabulary_size) if self.tokens.token_bytes(one))
        return tuple(dict.fromkeys((*common, *itertools.islice(rest, 80))))[:40]

    def sentence(self, choice: int, place: Place, pattern: int) -> Sentence:
        """Return a sentence, one of eight, for a choice and a place."""
        key = choice << 5 | place << 3 | pattern
        found = self._sentences.get(key)
        if found is None:
            found = self._sentences[key] = self._make(choice, place, pattern)
        return found

    def later(self, choice: int) -> tuple[Sentence, ...]:
        """Return the eight sentences of a choice that stand behind other text."""
        found = self._later.get(choice)
        if found is None:
            made = [self.sentence(choice, Place.LATER, pattern) for pattern in range(8)]
            found = self._later[choice] = tuple(made)
        return found

    def opening(self, choice: int, pattern: int, taken: str) -> Sentence:
        """Return a first sentence no phrasing of which begins with one of some small letters."""
        if not taken.isascii():
            taken = "".join(filter(LETTERS.__contains__, taken))
        found = self._openings.get((choice, pattern, taken))
        if found is None:
            usual = self.sentence(choice, Place.FIRST, pattern).slots[0]
            place = Place.QUITE if "p" in taken else Place.PERHAPS
            instead = self.sentence(choice, place, pattern).slots[0][0]
            first = [
                other if unit.text[:1].lower() in taken else unit
                for unit, other in zip(usual[0], instead, strict=True)
            ]
            found = Sentence.of((first, *usual[1:]))
            self._openings[choice, pattern, taken] = found
        return found

    def _make(self, choice: int, place: Place, pattern: int) -> Sentence:
        opening, *rest = words.SENTENCES[pattern]
        match place:
            case Place.LATER:
                opening = words.later(opening)
            case Place.PERHAPS | Place.QUITE:
                opening = words.other(opening, place.name.title())
        return Sentence.of(
            [self.unit(phrase, choice) for phrase in slot] for slot in (opening, *rest)
        )

    def unit(self, text: str, choice: int) -> Unit:
        """Encode a text for a choice; short texts come again and again, and are remembered."""
        return (self._remembered if len(text) <= SHORT else self._unit)(text, choice)

    def _unit(self, text: str, choice: int) -> Unit:
        ids = self.tokens.encode(text)
        cut = pieces(self.tokens.decode_stream(), ids, choice)
        # Read back, since a tokenizer may normalise: whole answers must equal streamed ones.
        return Unit("".join([piece.text for piece in cut]), tuple(ids), len(ids), cut)


def pieces(decoder: Decoder, ids: Sequence[int], choice: int) -> tuple[Piece, ...]:
    """Cut a whole text into pieces: a token each, or the tokens of one character."""
    ready: list[Piece] = []
    waiting = 0
    for token in ids:
        waiting += 1
        if text := decoder.feed(token):
            ready.append(Piece(choice, text, waiting))
            waiting = 0
    if waiting:
        ready.append(Piece(choice, "", waiting))
    return tuple(ready)
