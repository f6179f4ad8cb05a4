"""Script: what is answered, in order, as plain data. Knows no file, no call and no bytes sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from mock_server.completion import FinishReason
from mock_server.pace import Pace
from mock_server.scripts.matching import Condition

NO_HEADERS: Mapping[str, str | None] = MappingProxyType({})


class Per(StrEnum):
    """Whose requests a step counts together."""

    SCRIPT = "script"
    """Everybody's."""
    KEY = "key"
    """Those of one account."""
    REQUEST = "request"
    """Those with the very same body: a request and its retries."""


class How(StrEnum):
    """How a connection ends before its answer does."""

    CLOSE = "close"
    """Closed, and the rest is missing."""
    RESET = "reset"
    """Reset with RST."""
    END = "end"
    """As if what came were all."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a stream, or in a body, where there is only one event."""

    event: int | None = None
    """Counted from 1 as sent; 0 is before the first, None wherever the byte is found."""
    byte: int | None = None
    """Bytes of that event that come before the place; None for all of them."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends."""

    at: Place
    how: How = How.CLOSE


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing comes for a while."""

    at: Place
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class BreakOff:
    """A failure after the stream began."""

    event: int
    """The last event before it."""
    problem: Mapping[str, str | None]
    """The inner object of an error body."""


@dataclass(frozen=True, slots=True)
class Insert:
    """Bytes that nobody made."""

    event: int
    """The event they come after."""
    data: bytes


Named = frozenset[int | str]
"""Events by number, or `done`, `finish`, `usage`, `role`."""


@dataclass(frozen=True, slots=True)
class Edits:
    """What is done to the bytes of an answer, at exact places."""

    cut: Cut | None = None
    stalls: tuple[Stall, ...] = ()
    breaks: BreakOff | None = None
    duplicates: Named = frozenset()
    drops: Named = frozenset()
    halves: Named = frozenset()
    insert: Insert | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status instead of an answer; None where the contract's table decides."""

    status: int
    code: str | None = None
    type: str | None = None
    message: str | None = None
    param: str | None = None
    retry_after: str | None = None
    """The header's text; None for no header."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A body that is sent as it is."""

    status: int
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply of a step. Empty, it is the engine's own answer."""

    times: int | None = None
    """How many requests it answers; None for all that come."""
    texts: tuple[str, ...] = ()
    """What each choice says; the last of them for all further choices."""
    finish: FinishReason | None = None
    """Why the texts end, where no ceiling and no stop string cuts them; None for `stop`."""
    refusal: Refusal | None = None
    whole: Whole | None = None
    headers: Mapping[str, str | None] = field(default_factory=lambda: NO_HEADERS)
    """Set, or removed where None; names in lower case."""
    faults: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    pace: Pace | None = None
    edits: Edits = Edits()


@dataclass(frozen=True, slots=True)
class Step:
    """Answers for the requests that match."""

    name: str
    conditions: tuple[Condition, ...]
    """All must hold."""
    answers: tuple[Answer, ...]
    repeat: bool = False
    per: Per = Per.SCRIPT

    @property
    def plays(self) -> int | None:
        """How many requests it answers before it is used up; None where it never is."""
        times = [answer.times for answer in self.answers]
        if self.repeat or None in times:
            return None
        return sum(time for time in times if time is not None)

    def answer(self, play: int) -> int:
        """Return which answer is given the `play`th time, counted from 1, by its index."""
        times = [answer.times for answer in self.answers]
        if self.repeat and None not in times:
            play = (play - 1) % sum(time for time in times if time is not None) + 1
        for index, time in enumerate(times):
            if time is None or play <= time:
                return index
            play -= time
        raise IndexError(f"the step is used up after {self.plays} plays")


@dataclass(frozen=True, slots=True)
class Script:
    """Steps, the first of which that matches and is not used up answers."""

    name: str
    digest: str
    """Names what the script says; positions belong to it."""
    steps: tuple[Step, ...]
    refuses: bool = False
    """A request that no step matches is refused, instead of left to the engine."""
    pace: Pace | None = None
