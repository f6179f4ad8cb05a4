"""Token by token: penalties, biases and log-probabilities over the phrases a sentence offers.

The slow road, taken only when one of these is asked for; without an effect of theirs it picks what
the fast one picks. Knows no sentence and no ceiling.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from mock_server.completion import Prompt, TokenLogprob
from mock_server.prose.phrasebook import Phrasebook, Unit
from mock_server.prose.sampling import LADDER, choose, log_total, order

CERTAIN: Final = 6.0
"""Score of a token that a text asked for, or the rest of a word, leaves no doubt about; it
outweighs both penalties of one earlier use."""
END: Final = 8.0
"""Score of the end token where an answer is complete; going on has 0."""
UNOFFERED: Final = -12.0
"""Score of a token that no phrase offers: only a bias brings it up."""
FILLER: Final = -8.0
BANNED: Final = -60.0

Token = tuple[int, TokenLogprob | None]


class Sampled:
    """Chooses the tokens of one choice; remembers which it has used."""

    def __init__(self, book: Phrasebook, prompt: Prompt) -> None:
        self._book = book
        self._prompt = prompt
        size = book.tokens.vocabulary_size
        self._bias = {id_: value for id_, value in prompt.logit_bias.items() if 0 <= id_ < size}
        self._moved = dict(self._bias)
        """How far each token's score is from what the prose alone would give it."""
        self._seen: set[int] = set()
        self._wanted = [id_ for id_, value in self._bias.items() if value > 0]
        self._banned = frozenset(id_ for id_, value in self._bias.items() if value <= BANNED)

    def phrase(self, units: Sequence[Unit], preference: int, noise: int) -> list[Token]:
        """Choose one of sixteen phrases; nothing where all of them are banned."""
        options = [
            (LADDER[rank] + self._shift(units[index].ids), -rank, units[index].ids)
            for rank, index in enumerate(order(preference))
            if not self._banned.intersection(units[index].ids)
        ]
        options += [
            (UNOFFERED + self._adjusted(one), -len(options) - index, (one,))
            for index, one in enumerate(self._wanted)
        ]
        if not options:
            return []
        options.sort(reverse=True)
        prompt = self._prompt
        scores = [score for score, _, _ in options]
        picked = choose(scores, noise, prompt.temperature, prompt.top_p, prompt.top_k)
        first, *rest = options[picked][2]
        table: dict[int, float] = {}
        if prompt.logprobs:
            for score, _, ids in options:
                # The best phrase of a first token speaks for all that share it, so that the
                # greedy choice is also the likeliest token.
                table.setdefault(ids[0], score)
            self._fill(table, FILLER)
        tokens = [self._use(first, table)]
        for one in rest:
            rival = max(self._wanted, key=self._adjusted, default=one)
            if UNOFFERED + self._adjusted(rival) > CERTAIN:
                return [*tokens, self.fixed(rival)]
            tokens.append(self._continue(one))
        return tokens

    def fixed(self, token: int) -> Token:
        """Choose the token that is asked for, unless a penalty or bias puts another above it."""
        table = {token: CERTAIN + self._adjusted(token)}
        if self._moved or self._prompt.logprobs:
            for index, one in enumerate(self._book.fillers):
                table.setdefault(one, -0.3 * index + self._adjusted(one))
            for one in self._wanted:
                table.setdefault(one, UNOFFERED + self._adjusted(one))
        return self._use(max(table, key=lambda one: (table[one], one == token)), table)

    def _continue(self, token: int) -> Token:
        """Choose the next token of a word that is already begun."""
        self._note(token)
        if not self._prompt.logprobs:
            return token, None
        key = (token, self._prompt.top_logprobs)
        known = None if self._bias else self._book.certain.get(key)
        if known is None:
            table = {token: CERTAIN}
            self._fill(table, 0.0)
            known = self._logprob(token, table)
            if not self._bias:
                self._book.certain[key] = known
        return token, known

    def may_end(self) -> bool:
        """Tell whether the end token is the likeliest, here where the answer is complete."""
        end = END + max(self._bias.get(one, 0.0) for one in self._book.tokens.ends)
        rivals = [self._adjusted(one) for one in self._wanted if one not in self._book.tokens.ends]
        return end >= max(0.0, UNOFFERED + max(rivals, default=0.0))

    def _use(self, token: int, table: dict[int, float]) -> Token:
        self._note(token)
        return token, self._logprob(token, table) if self._prompt.logprobs else None

    def _logprob(self, token: int, table: dict[int, float]) -> TokenLogprob:
        total = log_total(list(table.values()))
        # Among equals the sampled token comes first.
        ranked = sorted(table, key=lambda one: (-table[one], one != token))
        top = ranked[: self._prompt.top_logprobs]
        return self._entry(
            token, table[token] - total, tuple(self._entry(one, table[one] - total) for one in top)
        )

    def _entry(
        self, token: int, logprob: float, top: tuple[TokenLogprob, ...] = ()
    ) -> TokenLogprob:
        text, raw = _spelling(self._book.tokens.token_bytes(token))
        return TokenLogprob(text, min(0.0, logprob), raw, top)

    def _fill(self, table: dict[int, float], base: float) -> None:
        if self._prompt.logprobs:
            for index, one in enumerate(self._book.fillers):
                table.setdefault(one, base - 0.3 * index + min(0.0, self._bias.get(one, 0.0)))

    def _adjusted(self, token: int) -> float:
        return self._moved.get(token, 0.0)

    def _shift(self, ids: Sequence[int]) -> float:
        moved = self._moved
        if not moved:
            return 0.0
        shift = sum([moved[one] for one in ids if one in moved])
        if self._wanted:
            # A bias on the middle of a word can spoil it but not call for it.
            shift -= sum([max(0.0, self._bias.get(one, 0.0)) for one in ids[1:]])
        return shift

    def _note(self, token: int) -> None:
        """Remember that a token was used, as the penalties want it."""
        prompt = self._prompt
        if not (prompt.presence_penalty or prompt.frequency_penalty):
            return
        moved = self._moved.get(token, 0.0) - prompt.frequency_penalty
        if token not in self._seen:
            self._seen.add(token)
            moved -= prompt.presence_penalty
        self._moved[token] = moved


@functools.lru_cache(4096)
def _spelling(raw: bytes) -> tuple[str, tuple[int, ...]]:
    try:
        return raw.decode(), tuple(raw)
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in raw), tuple(raw)
