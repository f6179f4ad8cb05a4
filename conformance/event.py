"""What decoding server-sent events yields, as plain data. Knows nothing of how it is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Event(NamedTuple):
    """One dispatched event. Offsets are bytes in the body.

    A tuple, since a stranger may send a million and a frozen dataclass takes four times as long.
    """

    data: str
    event: str
    """Its type; `message` when no `event` field named one."""
    id: str
    """The last event id at its dispatch, which may stem from an earlier block."""
    retry: int | None
    """Milliseconds, when its block held a valid `retry`."""
    start: int
    """Of the first byte of its block, comments included."""
    end: int
    """Just past the byte that dispatched it."""
    at: int
    """Of the first byte of its first data value."""
    lines: int = 1
    """Lines in the block, comments included."""
    data_lines: int = 1


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment line."""

    offset: int
    text: str
    """What follows the colon, at most 200 characters."""


@dataclass(frozen=True, slots=True)
class Dataless:
    """A block ended by a blank line that dispatches nothing, for want of a data field."""

    start: int
    end: int
    fields: tuple[str, ...]
    """Names of its fields; empty where it holds comments only."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A known field whose value has no effect: an `id` with NUL, a `retry` that is no number."""

    offset: int
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Observations:
    """What a stream looked like. None of it is an error by itself."""

    size: int = 0
    bom: bool = False
    lf: int = 0
    cr: int = 0
    crlf: int = 0
    comments: tuple[Comment, ...] = ()
    comment_count: int = 0
    dataless: tuple[Dataless, ...] = ()
    dataless_count: int = 0
    ignored: tuple[Ignored, ...] = ()
    fields: tuple[tuple[str, int], ...] = ()
    """Field names and how often each came, in order of appearance; known and unknown ones."""
    invalid: tuple[int, ...] = ()
    """Byte offsets where the body is not UTF-8."""
    invalid_count: int = 0
    replacements: tuple[int, ...] = ()
    """Byte offsets of U+FFFD that the server itself sent."""
    replacement_count: int = 0
    last_id: str = ""
    retry: int | None = None
    tail_start: int | None = None
    """Where a last block without its blank line begins; it is discarded, as the rules say."""
    undispatched: Event | None = None
    """The event which that block would have been."""

    @property
    def line_ends(self) -> tuple[str, ...]:
        """Kinds of line end in use, out of `LF`, `CR` and `CRLF`."""
        kinds = (("LF", self.lf), ("CR", self.cr), ("CRLF", self.crlf))
        return tuple(name for name, count in kinds if count)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A whole body, decoded."""

    events: tuple[Event, ...]
    observations: Observations
    tail: bytes
    """Bytes of the last block when its blank line is missing."""
