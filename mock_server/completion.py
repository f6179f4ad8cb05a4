"""Prompt in, pieces out: what an engine is asked and what it answers, as plain data.

Knows neither HTTP nor JSON, nor how any engine makes its text.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, Protocol

from mock_server.frozen import frozen

NO_BIAS: Mapping[int, float] = MappingProxyType({})


class EngineFailure(Exception):
    """The engine broke; the client is told 500 `server_error`. The text never reaches it."""


class EngineSaturated(Exception):
    """The engine has no room now; the client is told 503 with `Retry-After`."""

    def __init__(self, message: str = "the engine is at capacity", retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Whole seconds, at least 1."""


class FinishReason(StrEnum):
    """Why a choice ended."""

    STOP = "stop"
    """An end token or a stop string, even on the last allowed token."""
    LENGTH = "length"
    """The ceiling on completion tokens."""


@frozen
class Turn:
    """One turn of the conversation, after system texts were folded and equal roles merged."""

    role: Literal["user", "assistant"]
    text: str


@frozen
class Prompt:
    """A checked request: every default filled in, every name resolved."""

    model: str
    """Selector as the client wrote it; echoed in the answer."""
    base: str
    """Id of the base model."""
    adapter: str | None
    turns: tuple[Turn, ...]
    tokens: int
    """Prompt tokens, template included."""
    cap: int
    """Most completion tokens a choice may have: the request's ceiling, and what the window
    leaves; at least 1."""
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    n: int = 1
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logit_bias: Mapping[int, float] = field(default_factory=lambda: NO_BIAS)
    """Token id → -100..100."""
    logprobs: bool = False
    top_logprobs: int = 0
    occurrence: int = 0
    """How many prompts of the same `digest` came before this one; sampling without a seed varies
    with it, so that a session replays exactly from its start."""

    def seen(self, occurrence: int) -> Prompt:
        """Return the same prompt as it comes again."""
        return Prompt(
            self.model,
            self.base,
            self.adapter,
            self.turns,
            self.tokens,
            self.cap,
            self.temperature,
            self.top_p,
            self.top_k,
            self.seed,
            self.stop,
            self.n,
            self.presence_penalty,
            self.frequency_penalty,
            self.logit_bias,
            self.logprobs,
            self.top_logprobs,
            occurrence,
        )

    def digest(self) -> bytes:
        """Return 16 bytes that name adapter and turns: every character of them counts."""
        return digest(self.adapter, self.turns)


def digest(adapter: str | None, turns: tuple[Turn, ...]) -> bytes:
    """Return 16 bytes that name an adapter and a conversation.

    Lengths go in beside the texts, so that no two conversations share their bytes.
    """
    known_adapter, known_turns, name = _LAST[0]
    if turns and turns is known_turns and adapter == known_adapter:
        # Who counts a conversation asks for its name, and soon the engine does.
        return name
    parts = [(adapter or "").encode()]
    for turn in turns:
        text = turn.text.encode("utf-8", "surrogatepass")
        parts.append(b"%c%d:%b" % (turn.role[0].encode(), len(text), text))
    name = hashlib.blake2b(b"".join(parts), digest_size=16).digest()
    _LAST[0] = adapter, turns, name
    return name


_LAST: list[tuple[str | None, tuple[Turn, ...], bytes]] = [(None, (), b"")]
"""One, replaced as a whole, so that threads do no harm."""


@frozen
class TokenLogprob:
    """A token and the natural logarithm of its probability."""

    token: str
    logprob: float
    """At most 0."""
    bytes: tuple[int, ...] | None = None
    """UTF-8 bytes of the token; a character may need those of several."""
    top: tuple[TokenLogprob, ...] = ()
    """Likeliest tokens at this position, likeliest first."""


@frozen
class Piece:
    """What a choice gained: normally the text of one token."""

    choice: int
    text: str
    """Whole characters; may be empty."""
    tokens: int = 1
    """Sampled ids it accounts for, the end token included."""
    logprobs: tuple[TokenLogprob, ...] = ()
    finish: FinishReason | None = None
    """Set on the last piece of a choice."""


@frozen
class Usage:
    """Tokens of a call: non-negative integers whose total cannot disagree with them."""

    prompt: int
    completion: int

    def __post_init__(self) -> None:
        if type(self.prompt) is not int or type(self.completion) is not int:
            raise TypeError("token counts are integers")
        if self.prompt < 0 or self.completion < 0:
            raise ValueError(f"negative token count: {self.prompt} and {self.completion}")

    @property
    def total(self) -> int:
        """Prompt and completion together."""
        return self.prompt + self.completion


@frozen
class Choice:
    """One finished (or so far generated) choice."""

    text: str
    tokens: int
    finish: FinishReason | None
    logprobs: tuple[TokenLogprob, ...] = ()


@frozen
class Completion:
    """All pieces of a call, folded."""

    choices: tuple[Choice, ...]
    usage: Usage

    @classmethod
    def fold(cls, prompt: Prompt, pieces: Iterable[Piece]) -> Completion:
        """Fold pieces, in any interleaving of choices; a choice without a piece is empty."""
        gathered = [_Gathered() for _ in range(prompt.n)]
        for piece in pieces:
            choice = gathered[piece.choice]
            choice.texts.append(piece.text)
            choice.tokens += piece.tokens
            choice.logprobs.extend(piece.logprobs)
            choice.finish = piece.finish or choice.finish
        choices = tuple(
            Choice("".join(one.texts), one.tokens, one.finish, tuple(one.logprobs))
            for one in gathered
        )
        return cls(choices, Usage(prompt.tokens, sum(choice.tokens for choice in choices)))


@dataclass(slots=True)
class _Gathered:
    texts: list[str] = field(default_factory=list)
    tokens: int = 0
    logprobs: list[TokenLogprob] = field(default_factory=list)
    finish: FinishReason | None = None


class Engine(Protocol):
    """Makes pieces from prompts.

    Every piece is final: ceilings and stop strings were applied, and no text that might still turn
    out to be the start of a stop string is in it. Each choice's last piece, and no other, carries
    its finish reason; pieces of several choices may interleave. Closing the iterator (`close`,
    `aclose`) cancels the rest.
    """

    @property
    def name(self) -> str:
        """Such as `seeded`."""

    @property
    def version(self) -> str:
        """Changes when the same prompt may give another text."""

    def adapters(self) -> tuple[str, ...]:
        """Names of the adapters that can be asked for now."""

    def count(self, turns: Sequence[Turn]) -> int:
        """Prompt tokens of a conversation, template included."""

    def pieces(self, prompt: Prompt) -> Iterator[Piece] | AsyncIterator[Piece]:
        """Generate; raises EngineFailure or EngineSaturated, before or between pieces."""

    def close(self) -> None:
        """Release what the engine holds; idempotent."""


class AtOnce(Protocol):
    """An engine that makes a whole answer quicker than its pieces; they fold to the same."""

    def completion(self, prompt: Prompt) -> Completion:
        """Generate; raises as `pieces` does."""
