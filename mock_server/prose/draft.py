"""Draft: what a choice would say if no ceiling and no stop string cut it, on two roads.

The fast road gives sentences; the slow one gives single tokens and obeys penalties, biases and
log-probabilities. Both give the same text where none of these acts. Knows no pieces of a stream.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from operator import getitem
from typing import Final

from mock_server.completion import Prompt
from mock_server.prose.dice import Dice
from mock_server.prose.phrasebook import Unit
from mock_server.prose.sampled import Sampled, Token
from mock_server.prose.sampling import ranks
from mock_server.prose.theme import Theme

Texts = Sequence[Sequence[str]]
Units = Sequence[Sequence[Unit]]
Phrases = tuple[int, Texts, Units, bytes]
"""Phrases that come together: tokens in all, texts and units to choose from, and the choices."""

_ONLY: Final = b"\0"


class Draft:
    """What one choice will say, before its ceiling."""

    def __init__(self, theme: Theme, prompt: Prompt) -> None:
        self._theme = theme
        self._prompt = prompt
        chances = ranks(prompt.temperature, prompt.top_p, prompt.top_k)
        # More noise never picks a better rank: where the last byte picks the best, each does.
        self._dice = Dice(self._luck() if chances[-1] else None, chances)

    def phrases(self) -> Iterator[Phrases]:
        """Return the text, at most a block at a time: the fast road."""
        theme = self._theme
        if theme.before.size:
            yield _alone(theme.before)
        if theme.literal:
            for part in theme.parts():
                yield _alone(theme.book.unit(part, theme.choice))
        else:
            yield from self._sentences()
        if theme.after.size:
            yield _alone(theme.after)

    def _sentences(self) -> Iterator[Phrases]:
        theme, dice = self._theme, self._dice
        total, target, longest = theme.before.size + theme.after.size, theme.target, theme.longest
        score = theme.score()
        if score is not None:
            picks = dice.picks(0, theme.preferences(0))
            said = score.read(picks, total, target, longest)
            if said is not None:
                size, end = said
                yield size, score.texts, score.units, picks[:end]
                return
        last = -1
        for block, start, end, (units, texts, sizes) in theme.steps():
            if last >= 0 and total >= target:
                return
            if block != last:
                picks = dice.picks(block, theme.preferences(block))
            picked = picks[start:end]
            size = sum(map(getitem, sizes, picked))
            if last >= 0 and total + size >= longest:
                return
            last = block
            total += size
            yield size, texts, units, picked

    def tokens(self) -> Iterator[Token]:
        """Return the tokens one by one, as biases and penalties have them: the slow road."""
        theme, dice, book = self._theme, self._dice, self._theme.book
        sampled = Sampled(book, self._prompt)
        yield from map(sampled.fixed, theme.before.ids)
        if theme.literal:
            for part in theme.parts():
                yield from map(sampled.fixed, book.unit(part, theme.choice).ids)
        total = theme.before.size + theme.after.size
        for number, step in enumerate(theme.steps()):
            if theme.literal and sampled.may_end():
                break
            said: list[Token] = []
            block, start, end, (units, _, _) = step
            preferences = theme.preferences(block)[start:end]
            noise = dice.noise(block)[start:end]
            for slot, preference, chance in zip(units, preferences, noise, strict=True):
                said += sampled.phrase(slot, preference, chance)
            enough = total >= theme.target or total + len(said) >= theme.longest
            if number and enough and sampled.may_end():
                break
            if not said:
                said = [sampled.fixed(book.fillers[number % len(book.fillers)])]
            total += len(said)
            yield from said
        yield from map(sampled.fixed, theme.after.ids)

    def _luck(self) -> bytes:
        prompt, theme = self._prompt, self._theme
        luck = f"occurrence {prompt.occurrence}" if prompt.seed is None else f"seed {prompt.seed}"
        return hashlib.blake2b(theme.key + f"{luck} {theme.choice}".encode()).digest()


def _alone(unit: Unit) -> Phrases:
    return unit.size, ((unit.text,),), ((unit,),), _ONLY
