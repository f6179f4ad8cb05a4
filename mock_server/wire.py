"""Shapes of an answer: pieces are pushed in, OpenAI's objects come out as plain dicts.

Knows no engine, no encoding and no transport; nothing here waits or loops over a source, so that
synchronous and asynchronous engines are driven by the same edge.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, Final

from mock_server.completion import Completion, FinishReason, Piece, Prompt, TokenLogprob, Usage
from mock_server.frozen import frozen
from mock_server.text import dumps

Json = dict[str, Any]

NANO: Final = 1_000_000_000


@frozen
class Stamp:
    """What one answer repeats in every object."""

    id: str
    """Unique, `chatcmpl-...`."""
    created: int
    """Unix seconds."""
    fingerprint: str
    """Names the engine and its version; equal fingerprints promise equal texts."""


class JsonAnswer:
    """A `chat.completion`."""

    def __init__(self, prompt: Prompt, stamp: Stamp) -> None:
        self._prompt = prompt
        self._stamp = stamp
        self._pieces: list[Piece] = []
        self._completion: Completion | None = None

    @property
    def usage(self) -> Usage:
        """Tokens of the pieces fed so far."""
        return self._so_far().usage

    def feed(self, piece: Piece) -> None:
        """Take one piece, of any choice."""
        self._pieces.append(piece)
        self._completion = None

    def feed_all(self, pieces: Iterable[Piece]) -> None:
        """Take all the pieces of an engine that does not wait."""
        self._pieces += pieces

    def feed_completion(self, completion: Completion) -> None:
        """Take an answer that is whole already."""
        self._completion = completion

    def close(self) -> Json:
        """Return the whole object."""
        stamp, prompt, completion = self._stamp, self._prompt, self._so_far()
        return {
            "id": stamp.id,
            "object": "chat.completion",
            "created": stamp.created,
            "model": prompt.model,
            "choices": [
                {
                    "index": index,
                    "message": {"role": "assistant", "content": choice.text, "refusal": None},
                    "logprobs": logprobs_shape(choice.logprobs) if prompt.logprobs else None,
                    "finish_reason": choice.finish,
                }
                for index, choice in enumerate(completion.choices)
            ],
            "usage": usage_shape(completion.usage),
            "system_fingerprint": stamp.fingerprint,
        }

    def _so_far(self) -> Completion:
        if self._completion is None:
            self._completion = Completion.fold(self._prompt, self._pieces)
        return self._completion


def whole_text(prompt: Prompt, stamp: Stamp, completion: Completion) -> bytes | None:
    """Return the bytes that `JsonAnswer` comes to, quicker; None for any but a plain answer."""
    if prompt.n > 1 or prompt.logprobs:
        return None
    choice, usage = completion.choices[0], completion.usage
    return _WHOLE % (
        dumps(stamp.id),
        stamp.created,
        dumps(prompt.model),
        dumps(choice.text),
        dumps(choice.finish),
        usage.prompt,
        usage.completion,
        usage.prompt + usage.completion,
        dumps(stamp.fingerprint),
    )


_WHOLE: Final = (
    b'{"id":%b,"object":"chat.completion","created":%d,"model":%b,"choices":[{"index":0,"message":'
    b'{"role":"assistant","content":%b,"refusal":null},"logprobs":null,"finish_reason":%b}],'
    b'"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d},'
    b'"system_fingerprint":%b}'
)


class StreamAnswer:
    """The `chat.completion.chunk`s of one answer, the sentinel not included."""

    def __init__(
        self,
        prompt: Prompt,
        stamp: Stamp,
        *,
        include_usage: bool = False,
        prices: tuple[int, int] | None = None,
    ) -> None:
        """Prices are nano-USD a prompt and a completion token; with them, usage tells its cost."""
        self._prompt = prompt
        self._include_usage = include_usage
        self._prices = prices
        self._tokens = 0
        self._head: Json = {
            "id": stamp.id,
            "object": "chat.completion.chunk",
            "created": stamp.created,
            "model": prompt.model,
            "system_fingerprint": stamp.fingerprint,
        }

    @property
    def usage(self) -> Usage:
        """Tokens of the pieces fed so far: what a client that leaves now has to pay for."""
        return Usage(self._prompt.tokens, self._tokens)

    def open(self) -> list[Json]:
        """Return the chunks before any piece: one role for each choice."""
        return [
            self._chunk(index, {"role": "assistant", "content": ""})
            for index in range(self._prompt.n)
        ]

    def feed(self, piece: Piece) -> list[Json]:
        """Take one piece; return its chunk, and the finish chunk where its choice ends."""
        self._tokens += piece.tokens
        chunks: list[Json] = []
        if piece.text or piece.logprobs:
            logprobs = logprobs_shape(piece.logprobs) if piece.logprobs else None
            chunks.append(self._chunk(piece.choice, {"content": piece.text}, logprobs))
        if piece.finish is not None:
            chunks.append(self._chunk(piece.choice, {}, None, piece.finish))
        return chunks

    def plain(self, choice: int, text: str) -> Json:
        """Return the chunk of a piece that is text and nothing else, without taking one."""
        return self._chunk(choice, {"content": text})

    def count(self, piece: Piece) -> None:
        """Take a piece whose chunk was made otherwise."""
        self._tokens += piece.tokens

    def close(self) -> list[Json]:
        """Return the chunks after the last piece: usage, if it was asked for."""
        if not self._include_usage:
            return []
        usage = usage_shape(self.usage)
        if self._prices is not None:
            input_price, output_price = self._prices
            cost = self.usage.prompt * input_price + self.usage.completion * output_price
            # One division of integers: the nearest double, whose shortest form is exact.
            usage["cost"] = cost / NANO
        return [{**self._head, "choices": [], "usage": usage}]

    def _chunk(
        self,
        index: int,
        delta: Json,
        logprobs: Json | None = None,
        finish: FinishReason | None = None,
    ) -> Json:
        choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        if self._include_usage:
            return {**self._head, "choices": [choice], "usage": None}
        return {**self._head, "choices": [choice]}


def usage_shape(usage: Usage) -> Json:
    """Return the `usage` object."""
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.total,
    }


def logprobs_shape(logprobs: Iterable[TokenLogprob]) -> Json:
    """Return the `logprobs` object of a choice."""
    return {
        "content": [
            {**_entry(one), "top_logprobs": [_entry(other) for other in one.top]}
            for one in logprobs
        ],
        "refusal": None,
    }


@functools.lru_cache(1_024)
def cost_in_cents(nano_usd: int) -> str:
    """Return a price as cents with six decimals, or the seventh where the price has one."""
    whole, rest = divmod(nano_usd, NANO // 100)
    decimals = f"{rest:07d}"
    return f"{whole}.{decimals[:6] if decimals[6] == '0' else decimals}"


def _entry(one: TokenLogprob) -> Json:
    return {
        "token": one.token,
        "logprob": one.logprob,
        "bytes": None if one.bytes is None else list(one.bytes),
    }
