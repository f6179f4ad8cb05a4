"""Counters, records and logs in this process's memory. Knows neither money nor quotas."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from mock_server.state.records import (
    ANYTHING,
    WATCHED,
    Count,
    Find,
    Forget,
    Glance,
    Glanced,
    Keep,
    Kept,
    Listed,
    Note,
    Noted,
    Tallied,
    packed,
)
from mock_server.text import loads


class Shelf:
    """What is kept, as JSON texts: copied in and out like in any other backend."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._records: dict[str, dict[str, bytes]] = {}
        self._logs: dict[str, tuple[int, deque[bytes]]] = {}
        self._tallies: dict[str, Counter[str]] = {}
        self._epoch = 0

    def grant(self, wish: Kept) -> Any:
        """Grant a wish."""
        match wish:
            case Count(name, by):
                value = self._counts.get(name, 0) + by
                if by:
                    self._counts[name] = value
                return value
            case Find(kind, id):
                found = self._records.get(kind, {}).get(id)
                return None if found is None else loads(found)
            case Glance(finds):
                return Glanced(self._epoch, tuple(map(self.grant, finds)))
            case Keep():
                return self._keep(wish)
            case Listed(kind):
                kept = self._records.get(kind, {})
                return {name: loads(found) for name, found in kept.items()}
            case Note(name, record, most, tally):
                if tally:
                    self._tallies.setdefault(name, Counter())[tally] += 1
                seen, log = self._logs.get(name, (0, deque[bytes]()))
                log.append(packed(record))
                while len(log) > most:
                    log.popleft()
                self._logs[name] = (seen + 1, log)
                return seen + 1
            case Noted(name):
                seen, log = self._logs.get(name, (0, deque[bytes]()))
                return seen, [loads(line) for line in log]
            case Forget(name):
                self._logs.pop(name, None)
                self._tallies.pop(name, None)
                return True
            case Tallied(name):
                return dict(self._tallies.get(name, {}))

    def _keep(self, wish: Keep) -> bool:
        kept = self._records.setdefault(wish.kind, {})
        if wish.was is not ANYTHING:
            was = None if wish.was is None else packed(wish.was)
            if kept.get(wish.id) != was:
                return False
        self._epoch += wish.kind in WATCHED
        if wish.record is None:
            kept.pop(wish.id, None)
        else:
            kept[wish.id] = packed(wish.record)
        return True
