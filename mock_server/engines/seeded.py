"""The seeded engine: readable text that follows from the prompt alone, and obeys every parameter.

Knows no request, no key and no clock; keeps no state between prompts but caches.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import getitem

from mock_server.completion import (
    Choice,
    Completion,
    Engine,
    FinishReason,
    Piece,
    Prompt,
    TokenLogprob,
    Turn,
    Usage,
)
from mock_server.prose.draft import Draft, Phrases
from mock_server.prose.phrasebook import Phrasebook, Tokenizer, Unit
from mock_server.prose.sampled import Token
from mock_server.prose.theme import FRAMES, VERSION, Theme
from mock_server.stops import cut_pieces

THEMES = 512
"""Of conversations that may come again; only of those with a last turn no longer than SHORT."""
SHORT = 1_200
"""Characters."""


def build(tokens: Tokenizer, options: Mapping[str, object]) -> Engine:
    """Make the engine; it has no options."""
    return Seeded(tokens)


class Seeded:
    """Text = f(version, adapter, turns, seed or occurrence), shaped by the sampling parameters."""

    name = "seeded"
    version = VERSION

    def __init__(self, tokens: Tokenizer) -> None:
        self._tokens = tokens
        self._book = Phrasebook(tokens)
        self._remembered = functools.lru_cache(THEMES)(functools.partial(Theme, self._book))

    def adapters(self) -> tuple[str, ...]:
        """`pirate` and `json`."""
        return tuple(FRAMES)

    def count(self, turns: Sequence[Turn]) -> int:
        """Prompt tokens of a conversation, template included."""
        return self._tokens.count_prompt((turn.role, turn.text) for turn in turns)

    def close(self) -> None:
        """Nothing is held."""

    def pieces(self, prompt: Prompt) -> Iterator[Piece]:
        """Generate, lazily; choices take turns."""
        choices = [self._choice(prompt, index) for index in range(prompt.n)]
        return choices[0] if len(choices) == 1 else _in_turn(choices)

    def completion(self, prompt: Prompt) -> Completion:
        """Return what all pieces fold to, made phrase by phrase where nothing prevents it."""
        if _spells(prompt) or prompt.stop:
            return Completion.fold(prompt, self.pieces(prompt))
        choice = _whole(self._draft(prompt, 0).phrases(), prompt.cap)
        if prompt.n == 1:
            return Completion((choice,), Usage(prompt.tokens, choice.tokens))
        others = [
            _whole(self._draft(prompt, index).phrases(), prompt.cap) for index in range(1, prompt.n)
        ]
        choices = (choice, *others)
        return Completion(choices, Usage(prompt.tokens, sum([one.tokens for one in choices])))

    def _choice(self, prompt: Prompt, choice: int) -> Iterator[Piece]:
        draft = self._draft(prompt, choice)
        if _spells(prompt):
            pieces = _spelled(self._tokens, prompt, choice, draft.tokens())
        else:
            pieces = _capped(draft.phrases(), prompt.cap, choice)
        return cut_pieces(pieces, prompt.stop) if prompt.stop else pieces

    def _draft(self, prompt: Prompt, choice: int) -> Draft:
        name, adapter, text = prompt.digest(), prompt.adapter, prompt.turns[-1].text
        if len(text) <= SHORT:
            return Draft(self._remembered(name, adapter, text, choice), prompt)
        return Draft(Theme(self._book, name, adapter, text, choice), prompt)


def _spells(prompt: Prompt) -> bool:
    """Tell whether single tokens have to be looked at."""
    return bool(
        prompt.logprobs or prompt.logit_bias or prompt.presence_penalty or prompt.frequency_penalty
    )


def _whole(phrases: Iterable[Phrases], cap: int) -> Choice:
    texts: list[str] = []
    left = cap
    for size, words, units, picks in phrases:
        if size > left:
            texts += [piece.text for piece in _fitting(map(getitem, units, picks), left)]
            return Choice("".join(texts), cap, FinishReason.LENGTH)
        left -= size
        texts += map(getitem, words, picks)
    if not left:
        return Choice("".join(texts), cap, FinishReason.LENGTH)
    return Choice("".join(texts), cap - left + 1, FinishReason.STOP)


def _capped(phrases: Iterable[Phrases], cap: int, choice: int) -> Iterator[Piece]:
    left = cap
    for size, _, units, picks in phrases:
        chosen = map(getitem, units, picks)
        if size <= left:
            left -= size
            for unit in chosen:
                yield from unit.pieces
            continue
        for piece in _fitting(chosen, left):
            left -= piece.tokens
            yield piece
        # What is left of the ceiling goes into a character that stays unfinished.
        yield Piece(choice, "", left, (), FinishReason.LENGTH)
        return
    if left:
        yield Piece(choice, "", 1, (), FinishReason.STOP)
    else:
        yield Piece(choice, "", 0, (), FinishReason.LENGTH)


def _fitting(units: Iterable[Unit], room: int) -> Iterator[Piece]:
    """Return the pieces that fit into a number of tokens."""
    for unit in units:
        for piece in unit.pieces:
            room -= piece.tokens
            if room < 0:
                return
            yield piece


def _spelled(
    tokenizer: Tokenizer, prompt: Prompt, choice: int, tokens: Iterable[Token]
) -> Iterator[Piece]:
    decoder = tokenizer.decode_stream()
    left, waiting = prompt.cap, 0
    logprobs: tuple[TokenLogprob, ...] = ()
    for token, logprob in tokens:
        if not left:
            break
        left -= 1
        waiting += 1
        if token in tokenizer.ends:
            yield Piece(choice, "", waiting, logprobs, FinishReason.STOP)
            return
        if logprob is not None:
            logprobs += (logprob,)
        if text := decoder.feed(token):
            yield Piece(choice, text, waiting, logprobs)
            waiting, logprobs = 0, ()
    else:
        if left:
            yield Piece(choice, "", waiting + 1, logprobs, FinishReason.STOP)
            return
    yield Piece(choice, "", waiting, logprobs, FinishReason.LENGTH)


def _in_turn(choices: list[Iterator[Piece]]) -> Iterator[Piece]:
    while choices:
        for choice in tuple(choices):
            piece = next(choice, None)
            if piece is None:
                choices.remove(choice)
            else:
                yield piece
