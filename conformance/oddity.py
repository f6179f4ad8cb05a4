"""Oddities: what was seen that a careful server would not send. Knows nothing of who minds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Strange(StrEnum):
    """Kinds of oddity."""

    NOT_JSON = "not-json"
    NEAR_SENTINEL = "near-sentinel"
    """`[DONE]` in quotes, in another case, with spaces or without brackets."""
    DUPLICATE_KEY = "duplicate-key"
    LONE_SURROGATE = "lone-surrogate"
    """A string that holds half a surrogate pair."""
    WRONG_TYPE = "wrong-type"
    MISSING = "missing"
    MESSAGE_IN_CHUNK = "message-in-chunk"
    """A chunk's choice with a `message`, which belongs to whole answers."""
    DELTA_IN_ANSWER = "delta-in-answer"
    """The reverse."""
    TEXT_BEFORE_ROLE = "text-before-role"
    FINISH_BEFORE_ROLE = "finish-before-role"
    ROLE_AFTER_FINISH = "role-after-finish"
    TEXT_AFTER_FINISH = "text-after-finish"
    SECOND_FINISH = "second-finish"
    USAGE_BEFORE_FINISH = "usage-before-finish"
    SECOND_USAGE = "second-usage"
    CHUNK_AFTER_USAGE = "chunk-after-usage"
    EMPTY_CHOICES = "empty-choices"
    """No choices and no usage."""
    ALIEN = "alien"
    """Neither chunk, nor error, nor sentinel."""
    DONE_BEFORE_FINISH = "done-before-finish"
    SECOND_DONE = "second-done"
    AFTER_DONE = "after-done"
    AFTER_ERROR = "after-error"
    DONE_AFTER_ERROR = "done-after-error"


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that is odd, and where."""

    kind: Strange
    event: int | None
    """Index of the event, from 0; None in an answer that is no stream."""
    pointer: str
    """JSON pointer within the document; empty for the document itself."""
    value: Any
    """What stands there, or ABSENT."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A value and the event that it came in."""

    event: int
    value: Any
