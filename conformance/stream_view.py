"""A stream of chat chunks, added up: what judges look things up in. Knows nothing of how."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.choice import Choice
from conformance.error_view import Error
from conformance.json_view import Json
from conformance.oddity import Oddity, Seen, Strange


class State(StrEnum):
    """Where a stream stands; the table is drawn in the docstring of `conformance.stream`."""

    OPENING = "opening"
    FLOWING = "flowing"
    FINISHED = "finished"
    USAGE = "usage"
    DONE = "done"
    FAILED = "failed"


class Step(StrEnum):
    """What an event is to the stream."""

    CHUNK = "chunk"
    USAGE = "usage"
    BARE = "bare"
    ERROR = "error"
    DONE = "done"
    ALIEN = "alien"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A payload that is a JSON object."""

    event: int
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream, added up. Event indexes count from 0; `Seen` pairs a raw value with one."""

    state: State
    event_count: int
    choices: tuple[Choice, ...]
    """By index."""
    chunks: tuple[Chunk, ...]
    """Every payload that is a JSON object."""
    ids: tuple[Seen, ...]
    objects: tuple[Seen, ...]
    created: tuple[Seen, ...]
    models: tuple[Seen, ...]
    fingerprints: tuple[Seen, ...]
    usages: tuple[Seen, ...]
    """Usage objects; null ones are left out."""
    lone_usages: tuple[int, ...]
    """Events of those that came on a chunk of their own, with `choices: []`."""
    empty_choices: tuple[int, ...]
    """Events whose `choices` is `[]`, with or without usage."""
    errors: tuple[Error, ...]
    sentinels: tuple[int, ...]
    after_sentinel: tuple[int, ...]
    """Every event after the first sentinel."""
    unread: tuple[tuple[int, Json], ...]
    """Payloads that are not JSON, near sentinels included."""
    types: tuple[Seen, ...]
    """Events of another type than `message`."""
    keys: tuple[Seen, ...]
    """Names at the top of chunks, each with the event where it first came."""
    oddities: tuple[Oddity, ...]
    """The first thousand."""
    oddity_count: int

    def choice(self, index: int = 0) -> Choice | None:
        """The choice of that index."""
        return next((choice for choice in self.choices if choice.index == index), None)

    def odd(self, *kinds: Strange) -> tuple[Oddity, ...]:
        """Oddities of these kinds, in order."""
        return tuple(oddity for oddity in self.oddities if oddity.kind in kinds)

    @property
    def text_event(self) -> int | None:
        """The first event that brought text, whichever choice it was for."""
        return min(
            (choice.pieces[0].event for choice in self.choices if choice.pieces), default=None
        )

    @property
    def usage(self) -> Seen | None:
        """The last usage object."""
        return self.usages[-1] if self.usages else None

    @property
    def error(self) -> Error | None:
        """The first error."""
        return self.errors[0] if self.errors else None


def distinct(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """The first of each different value; 1, 1.0 and true are three values."""
    first: dict[str | tuple[str], Seen] = {}
    for item in seen:
        value = item.value
        # Most are texts, which stand for themselves; a tuple is no text.
        key = value if type(value) is str else (json.dumps(value, sort_keys=True),)
        first.setdefault(key, item)
    return tuple(first.values())
