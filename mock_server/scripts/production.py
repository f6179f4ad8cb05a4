"""Production: a script with its answers made ready for one gateway. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mock_server.scripts.performing import Performance
from mock_server.scripts.script import Script

if TYPE_CHECKING:
    from mock_server.gateway import Gateway
    from mock_server.prose.phrasebook import Tokenizer


class Production:
    """A script with its answers made ready for one gateway."""

    def __init__(
        self,
        script: Script,
        gateway: Gateway,
        tokens: Callable[[], Tokenizer],
        turn: int = 0,
        *,
        counts: bool = True,
    ) -> None:
        """`turn` tells apart the times that the same script is begun anew."""
        self.counts = counts
        """Its plays are counted; of one that plays for a single request they are not."""
        self.script = script
        self.turn = turn
        self.name = f"{script.digest}-{turn}"
        self._performances = [
            [
                Performance(answer, script.pace, gateway, tokens, script.digest[:8])
                for answer in step.answers
            ]
            for step in script.steps
        ]
        self.early = any(one.early for answers in self._performances for one in answers)
        """Some answer changes how a request is admitted."""

    def performance(self, step: int, play: int) -> tuple[int, Performance]:
        """Return which of a step's answers a play gets, and that answer."""
        index = self.script.steps[step].answer(play)
        return index, self._performances[step][index]

    def early_at(self, step: int) -> bool:
        """Tell whether a step has an answer that changes how a request is admitted."""
        return any(one.early for one in self._performances[step])
