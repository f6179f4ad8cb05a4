"""Server-sent events as bytes: encoding only. Knows no completion and reads no stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

MEDIA_TYPE = "text/event-stream"

DONE = b"data: [DONE]\n\n"
"""The sentinel that ends a stream."""

KEEP_ALIVE = b": keep-alive\n\n"


def event(data: Mapping[str, Any]) -> bytes:
    """Encode one object as one event of a single `data:` line; JSON holds no raw line end."""
    return b"data: %b\n\n" % orjson.dumps(data)


class Repeated:
    """Events that are all alike but for one text; what they share is encoded once."""

    __slots__ = ("_after", "_before")

    def __init__(self, sample: Callable[[str], Mapping[str, Any]]) -> None:
        """`sample` makes the object of a text, in which no other text holds a NUL."""
        self._before, _, self._after = event(sample("\0")).rpartition(orjson.dumps("\0"))

    def event(self, text: str) -> bytes:
        """Encode the event of a text, to the same bytes as `event` of its object."""
        return self._before + orjson.dumps(text) + self._after


def comment(text: str) -> bytes:
    """Encode a comment, which every reader skips; each line of the text becomes one."""
    lines = text.splitlines() or [""]
    return "".join(f": {line}\n" for line in lines).encode() + b"\n"


def error(problem: Mapping[str, Any]) -> bytes:
    """Encode a failure after the stream began, from the inner object of an error body.

    It ends the stream: neither a finish chunk nor the sentinel may follow.
    """
    return event({"error": problem})
