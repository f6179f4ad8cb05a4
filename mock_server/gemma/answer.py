"""One choice as it comes: ids in, final pieces out. Knows text and stop strings, no model."""

from __future__ import annotations

from mock_server.completion import FinishReason, Piece, Prompt, TokenLogprob
from mock_server.gemma.job import End, Token
from mock_server.stops import StopCut
from mock_server.tokens import Tokens


class Answer:
    """The pieces of one choice."""

    def __init__(self, tokens: Tokens, prompt: Prompt, choice: int) -> None:
        self._tokens, self._choice = tokens, choice
        self._top = prompt.top_logprobs
        self._decoder = tokens.decode_stream()
        self._cut = StopCut(prompt.stop) if prompt.stop else None
        self.done = False
        """True once the piece with the finish reason came out."""

    def feed(self, token: Token) -> list[Piece]:
        """Take the next id; return what is certain now."""
        pieces = self._pieces(token)
        if self._cut is not None:
            pieces = [ready for piece in pieces for ready in self._cut.feed(piece)]
        self.done = self.done or (bool(pieces) and pieces[-1].finish is not None)
        return pieces

    def _pieces(self, token: Token) -> list[Piece]:
        if token.end is End.STOP:
            return [Piece(self._choice, self._decoder.flush(), 1, (), FinishReason.STOP)]
        finish = FinishReason.LENGTH if token.end is End.LENGTH else None
        text = self._decoder.feed(token.id)
        return [Piece(self._choice, text, 1, self._logprobs(token), finish)]

    def _logprobs(self, token: Token) -> tuple[TokenLogprob, ...]:
        if token.logprob is None:
            return ()
        controls = self._tokens.special.values()
        likely = [one for one in token.top if one[0] not in controls][: self._top]
        top = tuple(self._named(one, logprob) for one, logprob in likely)
        return (self._named(token.id, token.logprob, top),)

    def _named(
        self, token: int, logprob: float, top: tuple[TokenLogprob, ...] = ()
    ) -> TokenLogprob:
        data = self._tokens.token_bytes(token)
        text = data.decode("utf-8", "backslashreplace")
        return TokenLogprob(text, min(logprob, 0.0), tuple(data), top)
