"""Journal: what the mock saw, one line a call, bounded and without keys or texts. Knows no edge."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
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

FIELDS = (
    "id", "completion", "at", "nanoseconds", "method", "path", "operation", "account", "model",
    "stream", "status", "code", "prompt_tokens", "completion_tokens", "cost", "ending", "script",
    "step",
)  # fmt: skip
"""Of a line, which is kept without their names."""

Line = Sequence[Any]
LINE = "line"
"""Under which a line is kept without names where processes share it."""

Jot = Callable[[Note, int], None]
"""Puts a note into a state that processes share, for which nobody waits."""


class Journal:
    """The last calls, oldest first: of this process, or of all that share a state."""

    def __init__(self, jot: Jot | None = None, *, tracing: bool = False) -> None:
        self._jot = jot
        self._lines: deque[Line | dict[str, Any]] = deque(maxlen=KEPT)
        self._tallies: Counter[tuple[str | None, int]] = Counter()
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
        self.seen += 1
        line = _line(call, ended)
        operation = call.operation.id if call.operation else None
        if call.trace is None and self._jot is None:
            self._lines.append(line)
            self._tallies[operation, call.status] += 1
            return
        if call.trace is None and self._jot is not None:
            self._jot(Note(NAME, {LINE: line}, KEPT, _tally(operation, call.status)), ended)
            return
        named = _named(line)
        if call.trace is not None:
            self._trace(named, call, call.trace)
        if self._jot is not None:
            self._jot(Note(NAME, named, KEPT, _tally(operation, call.status)), ended)
            return
        self._lines.append(named)
        self._tallies[operation, call.status] += 1

    def read(self) -> Wishes:
        """Return how many calls there ever were, and those kept, whichever process saw them."""
        if self._jot is not None:
            seen, kept = yield Noted(NAME)
            return seen, [_named(one[LINE]) if LINE in one else one for one in kept]
        return self.seen, self.lines()

    def tallies(self) -> Wishes:
        """Return how many calls there were of each operation and status: `OPERATION STATUS`."""
        if self._jot is not None:
            return (yield Tallied(NAME))
        return {_tally(*seen): count for seen, count in self._tallies.items()}

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
        return [line if isinstance(line, dict) else _named(line) for line in self._lines]

    def live(self, now: int) -> list[dict[str, Any]]:
        """Return the traced calls that have not ended at `now`, as far as they are."""
        return [
            {
                **dict(zip(FIELDS, _line(call, now), strict=True)),
                "trace": trace.told(call, call.trace),
            }
            for call in list(self._live.values())
            if call.trace is not None
        ]


def _line(call: Call, ended: int) -> Line:
    path, model = call.incoming.path, call.selector or None
    if not call.base or call.arguments:
        # A path of the contract and a model that is served hold no key; any other text may.
        path = shown(path, call.incoming)[:200]
        model = shown(call.selector, call.incoming)[:200] or None
    return (
        call.id,
        call.completion or None,
        call.incoming.now,
        ended - call.incoming.now,
        call.incoming.method,
        path,
        call.operation.id if call.operation else None,
        call.caller.account if call.caller else None,
        model,
        call.streams,
        call.status,
        call.code,
        call.prompt.tokens if call.prompt else None,
        call.delivered if call.prompt else None,
        call.cost,
        call.ending,
        call.played["script"] if call.played else None,
        call.played["name"] if call.played else None,
    )


def _named(line: Line) -> dict[str, Any]:
    return dict(zip(FIELDS, line, strict=True))


def _tally(operation: str | None, status: int) -> str:
    return f"{operation or ''} {status}"
