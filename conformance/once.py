"""What several judges ask of one reading, made once. Knows nothing of what it is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from conformance.reading import Reading

_T = TypeVar("_T")


def once(view: Callable[[Reading], _T]) -> Callable[[Reading], _T]:
    """Return a view that is made once for each reading that somebody still holds."""
    made: WeakKeyDictionary[Reading, _T] = WeakKeyDictionary()

    @functools.wraps(view)
    def remembered(reading: Reading) -> _T:
        if reading not in made:
            made[reading] = view(reading)
        return made[reading]

    return remembered
