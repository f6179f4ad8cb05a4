"""Journal: what the mock saw, one line a call, bounded and without keys or texts. Knows no edge."""

from __future__ import annotations

from collections import deque
from typing import Any

from mock_server.call import Call
from mock_server.keys import shown

KEPT = 1_000
"""Calls kept for reading."""


class Journal:
    """The last calls, oldest first."""

    def __init__(self) -> None:
        self._lines: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.seen = 0
        """Calls in all."""

    def note(self, call: Call, ended: int) -> None:
        """Keep what is told of a call that ended at `ended` (nanoseconds), not the call itself."""
        self._lines.append(_line(call, ended))
        self.seen += 1

    def lines(self) -> list[dict[str, Any]]:
        """Return the calls kept, as plain data."""
        return list(self._lines)


def _line(call: Call, ended: int) -> dict[str, Any]:
    return {
        "id": call.id,
        "completion": call.completion or None,
        "at": call.incoming.now,
        "nanoseconds": ended - call.incoming.now,
        "method": call.incoming.method,
        "path": shown(call.incoming.path, call.incoming)[:200],
        "operation": call.operation.id if call.operation else None,
        "account": call.caller.account if call.caller else None,
        "model": shown(call.selector, call.incoming)[:200] or None,
        "stream": call.streams,
        "status": call.status,
        "code": call.code,
        "prompt_tokens": call.prompt.tokens if call.prompt else None,
        "completion_tokens": call.delivered if call.prompt else None,
        "ending": call.ending,
        "script": call.played["script"] if call.played else None,
        "step": call.played["name"] if call.played else None,
    }
