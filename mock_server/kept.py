"""Kept: what a fault remembers from call to call, for each mock of this process its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from mock_server.call import Call
from mock_server.seams import Behaviour

Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """A thing for each mock, made when it is first asked for and gone with the mock."""

    def __init__(self, make: Callable[[], Thing]) -> None:
        self._make = make
        self._things: WeakKeyDictionary[Behaviour, Thing] = WeakKeyDictionary()

    def at(self, call: Call) -> Thing:
        """Return the thing of the mock that a call came to."""
        found = self._things.get(call.behaviour)
        if found is None:
            found = self._things[call.behaviour] = self._make()
        return found


class EveryOther:
    """For a fault that strikes each second time, whatever else is asked in between."""

    def __init__(self) -> None:
        self._seen: Kept[Counter[object]] = Kept(Counter)

    def strikes(self, call: Call, key: object) -> bool:
        """Tell whether a key is asked about for the second, fourth, sixth time."""
        seen = self._seen.at(call)
        seen[key] += 1
        return seen[key] % 2 == 0
