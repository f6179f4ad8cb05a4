"""The gemma engine as an ingress sees it: asked over a network, of replicas that may die.

Knows no Ray: it is handed a way to ask, and the errors that mean that a replica was lost.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import replace

from mock_server.completion import EngineFailure, EngineSaturated, Piece, Prompt, Turn
from mock_server.tokens import Tokens

Ask = Callable[[Prompt], AsyncGenerator[Piece]]
Errors = tuple[type[BaseException], ...]

TRIES = 5
"""Replicas that are asked for one answer that has not begun."""


class Remote:
    """Pieces from whichever replica has them; tokens are counted here."""

    name = "gemma"

    def __init__(
        self,
        tokens: Tokens,
        version: str,
        adapters: tuple[str, ...],
        ask: Ask,
        *,
        lost: Errors,
        full: Errors,
    ) -> None:
        """`lost` are errors that mean that a replica died, `full` that none has room."""
        self.tokens = tokens
        self.version = version
        self._adapters = adapters
        self._ask = ask
        self._lost = lost
        self._full = full

    def adapters(self) -> tuple[str, ...]:
        """Names of the adapters that replicas load, or have loaded."""
        return self._adapters

    def count(self, turns: Sequence[Turn]) -> int:
        """Prompt tokens of a conversation, template included."""
        return self.tokens.count_prompt((turn.role, turn.text) for turn in turns)

    def close(self) -> None:
        """Nothing is held here."""

    async def pieces(self, prompt: Prompt) -> AsyncIterator[Piece]:
        """Ask for pieces; of another replica, where the first is lost before there was one.

        What a client has read cannot be made again to the letter: a replica that is lost later
        ends the answer with a failure.
        """
        # A view of a mapping cannot be sent.
        sent = replace(prompt, logit_bias=dict(prompt.logit_bias))
        for _ in range(TRIES):
            begun = False
            made = self._ask(sent)
            try:
                async for piece in made:
                    begun = True
                    yield piece
            except self._full:
                raise EngineSaturated("every replica has its queue full") from None
            except self._lost as error:
                if begun:
                    raise EngineFailure(f"a replica was lost: {type(error).__name__}") from None
                continue
            finally:
                await made.aclose()
            return
        raise EngineFailure(f"{TRIES} replicas were lost, one after the other")
