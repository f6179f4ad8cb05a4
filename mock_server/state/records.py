"""Wishes for counters, records and logs: what others keep in the shared state. Knows no backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from mock_server.text import sorted_dumps

Record = Mapping[str, Any]
"""A JSON object."""


class _Whatever(Enum):
    ANYTHING = "anything"


ANYTHING: Final = _Whatever.ANYTHING
"""No condition on what was kept before."""
WATCHED = frozenset({"key", "script"})
"""Kinds of records that nearly every request depends on, and that hardly ever change."""


@dataclass(frozen=True, slots=True)
class Count:
    """Add to a counter that begins at 0; granted with its new value. `by=0` reads it."""

    name: str
    by: int = 1


@dataclass(frozen=True, slots=True)
class Find:
    """Read a record; granted with it, or with None."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Glance:
    """Read records of `WATCHED` kinds as they are at one moment; granted with `Glanced`."""

    finds: tuple[Find, ...]


@dataclass(frozen=True, slots=True)
class Glanced:
    """The answer to a `Glance`."""

    epoch: int
    """Which no record of a watched kind is changed in: each change of one begins another."""
    records: tuple[Any, ...]
    """Each a record, or None."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep a record under its kind and id; granted with True.

    Granted with False, and nothing changed, where `was` is given and what is kept is another
    record (None: where anything is kept): somebody was faster, so read again and decide anew.
    """

    kind: str
    id: str
    record: Record | None
    """None forgets it."""
    was: Record | _Whatever | None = ANYTHING


@dataclass(frozen=True, slots=True)
class Listed:
    """Read all records of a kind; granted with a dict of them by id, oldest first."""

    kind: str


@dataclass(frozen=True, slots=True)
class Note:
    """Add a record to a log, which keeps the last `most`; granted with how many there ever were."""

    name: str
    record: Record
    most: int
    tally: str = ""
    """What it counts as: one more of these, too; empty for nothing."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Read a log; granted with how many there ever were, and the records kept, oldest first."""

    name: str


@dataclass(frozen=True, slots=True)
class Tallied:
    """Read how many records of a log there ever were of each tally; granted with a dict."""

    name: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Forget a log, how many there ever were, and its tallies; granted with True."""

    name: str


Kept = Count | Find | Glance | Keep | Listed | Note | Noted | Tallied | Forget


def packed(record: Record) -> bytes:
    """Return a record as text: the same for equal records, whatever the order of their keys."""
    return sorted_dumps(dict(record))
