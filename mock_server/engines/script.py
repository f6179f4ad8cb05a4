"""The script engine: writes nothing of its own; whatever no step of a script answers is refused.

Knows no script: what one says is an engine of its own, for the calls it answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_server.completion import Engine, Piece, Prompt, Turn
from mock_server.problem import Problem
from mock_server.tokens import Tokens

OPTIONS = frozenset({"adapters"})


def build(tokens: Tokens, options: Mapping[str, Any]) -> Engine:
    """Make the engine; of `adapters` only the names are served."""
    return Unforeseen(tokens, tuple(options.get("adapters") or ()))


class Unforeseen:
    """Counts prompts, and has nothing to say."""

    name = "script"
    version = "1"

    def __init__(self, tokens: Tokens, adapters: tuple[str, ...]) -> None:
        self._tokens = tokens
        self._adapters = adapters

    def adapters(self) -> tuple[str, ...]:
        """Those named when the mock was started."""
        return self._adapters

    def count(self, turns: Sequence[Turn]) -> int:
        """Prompt tokens of a conversation, template included."""
        return self._tokens.count_prompt((turn.role, turn.text) for turn in turns)

    def pieces(self, prompt: Prompt) -> Iterator[Piece]:
        """Refuse, with 404."""
        raise unforeseen()

    def close(self) -> None:
        """Nothing is held."""


def unforeseen(request: str = "REQUEST-ID") -> Problem:
    """Return the refusal of a request that no step of a script answers."""
    return Problem(
        None,
        "No step of the mock's script answers this request; "
        f"/__gonogo__/explain/{request} says what spoke against each.",
        status=404,
        type="not_found",
    )
