"""Shapes of a text completion: pieces in, OpenAI's older objects out, whole or as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mock_server.completion import Completion, FinishReason, Piece, Prompt, TokenLogprob, Usage
from mock_server.wire import NANO, Json, Stamp, usage_shape


class TextAnswer:
    """A `text_completion` in one piece."""

    def __init__(self, prompt: Prompt, stamp: Stamp) -> None:
        """`prompt` stands for all of them: its `n` counts every choice."""
        self._prompt = prompt
        self._stamp = stamp
        self._texts = [""] * prompt.n
        self._finish: list[FinishReason | None] = [None] * prompt.n
        self._logprobs = [Logprobs() for _ in range(prompt.n)]
        self._tokens = 0

    @property
    def usage(self) -> Usage:
        """Tokens of the pieces fed so far."""
        return Usage(self._prompt.tokens, self._tokens)

    def feed(self, piece: Piece) -> None:
        """Take one piece, of any choice."""
        self._logprobs[piece.choice].feed(piece.logprobs, len(self._texts[piece.choice]))
        self._texts[piece.choice] += piece.text
        self._tokens += piece.tokens
        if piece.finish is not None:
            self._finish[piece.choice] = piece.finish

    def feed_all(self, pieces: Iterable[Piece]) -> None:
        """Take all the pieces of an engine that does not wait."""
        for piece in pieces:
            self.feed(piece)

    def feed_completion(self, completion: Completion) -> None:
        """Take an answer that is whole already; its probabilities are not kept."""
        self._texts = [choice.text for choice in completion.choices]
        self._finish = [choice.finish for choice in completion.choices]
        self._tokens = completion.usage.completion

    def close(self) -> Json:
        """Return the whole object."""
        wanted = self._prompt.logprobs
        choices = [
            _choice(
                index,
                self._texts[index],
                self._logprobs[index].shape(self._prompt) if wanted else None,
                self._finish[index],
            )
            for index in range(self._prompt.n)
        ]
        return {
            **_head(self._stamp, self._prompt),
            "choices": choices,
            "usage": usage_shape(self.usage),
        }


class TextStream:
    """The `text_completion` objects of a stream, the sentinel not included."""

    def __init__(
        self, prompt: Prompt, stamp: Stamp, *, include_usage: bool, prices: tuple[int, int]
    ) -> None:
        """Prices are nano-USD a prompt and a completion token."""
        self._prompt = prompt
        self._include_usage = include_usage
        self._prices = prices
        self._head = _head(stamp, prompt)
        self._offsets = [0] * prompt.n
        self._tokens = 0

    @property
    def usage(self) -> Usage:
        """Tokens of the pieces fed so far: what a client that leaves now has to pay for."""
        return Usage(self._prompt.tokens, self._tokens)

    def open(self) -> list[Json]:
        """Return nothing: this stream has no opening."""
        return []

    def feed(self, piece: Piece) -> list[Json]:
        """Take one piece; return its object, where it says anything."""
        self._tokens += piece.tokens
        if not (piece.text or piece.logprobs or piece.finish):
            return []
        logprobs = None
        if self._prompt.logprobs:
            kept = Logprobs()
            kept.feed(piece.logprobs, self._offsets[piece.choice])
            logprobs = kept.shape(self._prompt)
        self._offsets[piece.choice] += len(piece.text)
        return [self._object(_choice(piece.choice, piece.text, logprobs, piece.finish))]

    def plain(self, choice: int, text: str) -> Json:
        """Return the object of a piece that is text and nothing else, without taking one."""
        return self._object(_choice(choice, text, None, None))

    def count(self, piece: Piece) -> None:
        """Take a piece whose object was made otherwise."""
        self._tokens += piece.tokens

    def close(self) -> list[Json]:
        """Return the object after the last piece: usage, if it was asked for."""
        if not self._include_usage:
            return []
        usage = usage_shape(self.usage)
        cost = self.usage.prompt * self._prices[0] + self.usage.completion * self._prices[1]
        usage["cost"] = cost / NANO
        return [{**self._head, "choices": [], "usage": usage}]

    def _object(self, choice: Json) -> Json:
        usage = {"usage": None} if self._include_usage else {}
        return {**self._head, "choices": [choice], **usage}


class Logprobs:
    """Four lists of equal length, one entry a token."""

    def __init__(self) -> None:
        self._kept: list[tuple[TokenLogprob, int]] = []

    def feed(self, logprobs: Sequence[TokenLogprob], offset: int) -> None:
        """Take the tokens of one piece, whose text begins at `offset` characters."""
        # More than one token in a piece makes one character: they share its place.
        self._kept.extend((one, offset) for one in logprobs)

    def shape(self, prompt: Prompt) -> Json:
        """Return the object."""
        top = [{other.token: other.logprob for other in one.top} for one, _ in self._kept]
        return {
            "tokens": [one.token for one, _ in self._kept],
            "token_logprobs": [one.logprob for one, _ in self._kept],
            "top_logprobs": top if prompt.top_logprobs else None,
            "text_offset": [offset for _, offset in self._kept],
        }


def _head(stamp: Stamp, prompt: Prompt) -> Json:
    return {
        "id": stamp.id,
        "object": "text_completion",
        "created": stamp.created,
        "model": prompt.model,
        "system_fingerprint": stamp.fingerprint,
    }


def _choice(
    index: int, text: str, logprobs: Json | None, finish: FinishReason | None
) -> dict[str, Any]:
    return {"text": text, "index": index, "logprobs": logprobs, "finish_reason": finish}
