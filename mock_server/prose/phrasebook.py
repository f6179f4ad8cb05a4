"""Phrases as tokens: every phrase of the vocabulary encoded once, cut into pieces ready to send.

Knows the tokenizer, but neither prompts nor probabilities.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

from mock_server.completion import Piece, TokenLogprob
from mock_server.prose import words


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


Slots = tuple[tuple[Unit, ...], ...]


class Sentence(NamedTuple):
    """A sentence that can still be said in many ways."""

    slots: Slots
    """Sixteen phrases each."""
    initials: frozenset[str]
    """Letters it can begin with, in lower case."""


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
        self.certain: dict[tuple[int, int], TokenLogprob] = {}
        """Log-probability of a token inside a word, by token and number of alternatives."""
        self.unit = functools.lru_cache(4096)(self._unit)
        """Encode a text for a choice: `unit(text, choice)`; short texts come again and again."""

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

    def _make(self, choice: int, place: Place, pattern: int) -> Sentence:
        opening, *rest = words.SENTENCES[pattern]
        match place:
            case Place.LATER:
                opening = words.later(opening)
            case Place.PERHAPS | Place.QUITE:
                opening = words.other(opening, place.name.title())
        slots = tuple(
            tuple(self.unit(phrase, choice) for phrase in slot) for slot in (opening, *rest)
        )
        return Sentence(slots, frozenset(phrase[0].lower() for phrase in opening))

    def _unit(self, text: str, choice: int) -> Unit:
        ids = self.tokens.encode(text)
        return Unit(text, tuple(ids), len(ids), pieces(self.tokens.decode_stream(), ids, choice))


def pieces(decoder: Decoder, ids: Sequence[int], choice: int) -> tuple[Piece, ...]:
    """Cut a whole text into pieces: a token each, or the tokens of one character."""
    ready: list[Piece] = []
    waiting = 0
    for token in ids:
        waiting += 1
        if text := decoder.feed(token):
            ready.append(Piece(choice, text, waiting))
            waiting = 0
    return tuple(ready)
