"""Spoken: a text of a script as an engine's answer, which every parameter acts on as ever.

Knows tokens and prompts, no script and no match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_server.completion import Engine, FinishReason, Piece, Prompt, TokenLogprob, Turn
from mock_server.prose.phrasebook import Tokenizer, pieces
from mock_server.stops import cut_pieces


class Spoken:
    """Says the same texts to every prompt, at most up to its ceiling and its stop strings."""

    name = "script"

    def __init__(
        self,
        texts: Sequence[str],
        finish: FinishReason | None,
        tokens: Tokenizer,
        behind: Engine,
        version: str,
    ) -> None:
        """`behind` is whom the script speaks for: it counts prompts and knows the adapters."""
        self.version = version
        self._texts = texts
        self._finish = finish or FinishReason.STOP
        self._tokens = tokens
        self._behind = behind

    def adapters(self) -> tuple[str, ...]:
        """Those of the engine behind it."""
        return self._behind.adapters()

    def count(self, turns: Sequence[Turn]) -> int:
        """Prompt tokens, as the engine behind it counts them."""
        return self._behind.count(turns)

    def close(self) -> None:
        """Nothing is held."""

    def pieces(self, prompt: Prompt) -> Iterator[Piece]:
        """Say it, choice after choice."""
        for choice in range(prompt.n):
            text = self._texts[min(choice, len(self._texts) - 1)]
            said = self._capped(text, choice, prompt)
            yield from cut_pieces(said, prompt.stop) if prompt.stop else said

    def _capped(self, text: str, choice: int, prompt: Prompt) -> Iterator[Piece]:
        ids = self._tokens.encode(text)
        left, place = prompt.cap, 0
        for piece in pieces(self._tokens.decode_stream(), ids, choice):
            if piece.tokens > left:
                # What is left of the ceiling goes into a character that stays unfinished.
                yield Piece(choice, "", left, (), FinishReason.LENGTH)
                return
            left -= piece.tokens
            if prompt.logprobs:
                certain = tuple(map(self._certain, ids[place : place + piece.tokens]))
                piece = Piece(choice, piece.text, piece.tokens, certain)
            place += piece.tokens
            yield piece
        if not left or self._finish is FinishReason.LENGTH:
            yield Piece(choice, "", 0, (), FinishReason.LENGTH)
        else:
            yield Piece(choice, "", 1, (), self._finish)

    def _certain(self, token: int) -> TokenLogprob:
        """Tell that nothing else could have come: a script leaves no chance."""
        raw = self._tokens.token_bytes(token)
        one = TokenLogprob(raw.decode("utf-8", "replace"), 0.0, tuple(raw))
        return TokenLogprob(one.token, one.logprob, one.bytes, (one,))
