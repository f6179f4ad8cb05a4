"""Server-sent events as bytes: encoding only. Knows no completion and reads no stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

MEDIA_TYPE = "text/event-stream"

DONE = b"data: [DONE]\n\n"
"""The sentinel that ends a stream."""

KEEP_ALIVE = b": keep-alive\n\n"


def event(data: Mapping[str, Any]) -> bytes:
    """Encode one object as one event of a single `data:` line; JSON holds no raw line end."""
    return b"data: %b\n\n" % orjson.dumps(data)


def comment(text: str) -> bytes:
    """Encode a comment, which every reader skips; each line of the text becomes one."""
    lines = text.splitlines() or [""]
    return "".join(f": {line}\n" for line in lines).encode() + b"\n"


def error(problem: Mapping[str, Any]) -> bytes:
    """Encode a failure after the stream began, from the inner object of an error body.

    It ends the stream: neither a finish chunk nor the sentinel may follow.
    """
    return event({"error": problem})
