"""Positions: how often each step has answered, exact whoever else counts. Yields wishes.

Counters that many share live as long as the state; those of single requests are records, and the
oldest are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator
from typing import Any

from mock_server.scripts.script import Per, Step
from mock_server.state import Count, Find, Keep, Wish

KIND = "script-position"
REQUESTS = 65_536
"""Single requests whose positions are kept."""


class Positions:
    """The positions of scripts, as one process asks for them."""

    def __init__(self) -> None:
        self._used_up: set[str] = set()
        self._requests: OrderedDict[str, None] = OrderedDict()

    def take(self, name: str, step: Step) -> Generator[Wish, Any, int | None]:
        """Return which play this is, counted from 1; None where the step is used up.

        `name` names step and scope.
        """
        if name in self._used_up:
            return None
        if step.per is Per.REQUEST:
            play = yield from self._of_a_request(name)
        else:
            play = yield Count(f"script/{name}")
        if step.plays is None or play <= step.plays:
            return int(play)
        if step.per is not Per.REQUEST:
            # Counters only grow, so nobody needs to ask again.
            self._used_up.add(name)
        return None

    def left(self, name: str, step: Step) -> Generator[Wish, Any, bool]:
        """Tell whether a step has plays left, without taking one."""
        if step.plays is None:
            return True
        if step.per is Per.REQUEST:
            kept = yield Find(KIND, name)
            plays = kept["plays"] if kept else 0
        else:
            plays = yield Count(f"script/{name}", by=0)
        return int(plays) < step.plays

    def _of_a_request(self, name: str) -> Generator[Wish, Any, int]:
        while True:
            kept = yield Find(KIND, name)
            play = kept["plays"] + 1 if kept else 1
            if (yield Keep(KIND, name, {"plays": play}, was=kept)):
                break
        self._requests[name] = None
        self._requests.move_to_end(name)
        if len(self._requests) > REQUESTS:
            oldest, _ = self._requests.popitem(last=False)
            yield Keep(KIND, oldest, None)
        return play
