"""Journal: what the mock saw, one line a call, bounded and without keys or texts. Knows no edge."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from mock_server import trace
from mock_server.call import Call
from mock_server.keys import shown
from mock_server.pace import Pace
from mock_server.state import Note, Noted, Tallied, Wishes

NAME = "journal"
"""Of the log that workers share."""
KEPT = 1_000
"""Calls kept for reading."""
DETAILED = 100
"""Traced calls whose writes are kept; of older ones the rest is."""

AT_ONCE = Pace()

Jot = Callable[[Note, int], None]
"""Puts a note into a state that processes share, for which nobody waits."""


class Journal:
    """The last calls, oldest first: of this process, or of all that share a state."""

    def __init__(self, jot: Jot | None = None, *, tracing: bool = False) -> None:
        self._jot = jot
        self._lines: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._tallies: Counter[str] = Counter()
        self.seen = 0
        """Calls of this process in all."""
        self._live: dict[int, Call] = {}
        self._detailed: deque[dict[str, Any]] = deque()
        self.tracing = tracing
        """Calls that arrive now are traced, which costs them their fastest way out."""

    def begin(self, call: Call) -> None:
        """Trace a call that has arrived."""
        call.trace = trace.Trace()
        # What is traced goes out by the way that waits, even if it waits for nothing.
        call.schedule = call.schedule or AT_ONCE.schedule(call.number)
        self._live[call.number] = call

    def note(self, call: Call, ended: int) -> None:
        """Keep what is told of a call that ended at `ended` (nanoseconds), not the call itself."""
        line = _line(call, ended)
        if call.trace is not None:
            self._trace(line, call, call.trace)
        tally = f"{line['operation'] or ''} {call.status}"
        self.seen += 1
        if self._jot is not None:
            self._jot(Note(NAME, line, KEPT, tally), ended)
            return
        self._lines.append(line)
        self._tallies[tally] += 1

    def read(self) -> Wishes:
        """Return how many calls there ever were, and those kept, whichever process saw them."""
        if self._jot is not None:
            return (yield Noted(NAME))
        return self.seen, self.lines()

    def tallies(self) -> Wishes:
        """Return how many calls there were of each operation and status: `OPERATION STATUS`."""
        if self._jot is not None:
            return (yield Tallied(NAME))
        return dict(self._tallies)

    def _trace(self, line: dict[str, Any], call: Call, traced: trace.Trace) -> None:
        self._live.pop(call.number, None)
        told = line["trace"] = trace.told(call, traced)
        if self._jot is not None:
            # What all processes share is not the place for so much.
            told["writes"] = []
            return
        self._detailed.append(told)
        if len(self._detailed) > DETAILED:
            self._detailed.popleft()["writes"] = []

    def lines(self) -> list[dict[str, Any]]:
        """Return the calls that this process alone keeps, as plain data."""
        return list(self._lines)

    def live(self, now: int) -> list[dict[str, Any]]:
        """Return the traced calls that have not ended at `now`, as far as they are."""
        return [
            {**_line(call, now), "trace": trace.told(call, call.trace)}
            for call in list(self._live.values())
            if call.trace is not None
        ]


def _line(call: Call, ended: int) -> dict[str, Any]:
    path, model = call.incoming.path, call.selector or None
    if not call.base or call.arguments:
        # A path of the contract and a model that is served hold no key; any other text may.
        path = shown(path, call.incoming)[:200]
        model = shown(call.selector, call.incoming)[:200] or None
    return {
        "id": call.id,
        "completion": call.completion or None,
        "at": call.incoming.now,
        "nanoseconds": ended - call.incoming.now,
        "method": call.incoming.method,
        "path": path,
        "operation": call.operation.id if call.operation else None,
        "account": call.caller.account if call.caller else None,
        "model": model,
        "stream": call.streams,
        "status": call.status,
        "code": call.code,
        "prompt_tokens": call.prompt.tokens if call.prompt else None,
        "completion_tokens": call.delivered if call.prompt else None,
        "cost": call.cost,
        "ending": call.ending,
        "script": call.played["script"] if call.played else None,
        "step": call.played["name"] if call.played else None,
    }
