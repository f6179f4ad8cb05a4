"""Occurrences: how often an unseeded conversation was seen, so that sampling may vary with it."""

from __future__ import annotations

from collections import OrderedDict

from mock_server.call import Call
from mock_server.completion import Turn, digest

MOST = 65_536
"""Conversations that are counted; the longest unseen is forgotten first."""


class Occurrences:
    """Counts conversations, in the memory of one process."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def __call__(self, call: Call, turns: tuple[Turn, ...]) -> int:
        """Return how often one came before; 0 where nothing is left to chance."""
        if not _left_to_chance(call):
            return 0
        name = digest(call.adapter, turns)
        seen = self._seen.pop(name, 0)
        self._seen[name] = seen + 1
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return seen

    def returned(self, call: Call) -> None:
        """Count a call that comes again another way only then, unless others came after it."""
        if call.prompt is not None and _left_to_chance(call):
            name = digest(call.adapter, call.turns)
            if self._seen.get(name) == call.prompt.occurrence + 1:
                self._seen[name] = call.prompt.occurrence


def _left_to_chance(call: Call) -> bool:
    return call.body.get("seed") is None and call.body.get("temperature") != 0
