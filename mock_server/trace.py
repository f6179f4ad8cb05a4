"""Trace: what is noted of a call beyond its line in the journal, while somebody wants to know.

Bounded like the journal, and without the key; but it holds the beginning of each event sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mock_server.keys import credentials, shown
from mock_server.parameters import include_usage

if TYPE_CHECKING:
    from mock_server.call import Call

WRITES = 256
"""Writes noted of a call; more are counted."""
SHOWN = 120
"""Bytes shown of a write."""


@dataclass(slots=True)
class Trace:
    """What goes out for one call, and when."""

    writes: list[tuple[int, int, str]] = field(default_factory=list)
    """Nanoseconds since the request arrived, bytes, and some of them."""
    more: int = 0
    """Writes that were not noted."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the answer."""

    def note(self, at: int, data: bytes) -> None:
        """Note a write."""
        if len(self.writes) < WRITES:
            # What comes before the choices is the same in each event.
            start = max(0, data.find(b'"choices"'))
            shown = data[start : start + SHOWN].decode("utf-8", "replace")
            self.writes.append((at, len(data), shown))
        else:
            self.more += 1


def told(call: Call, trace: Trace) -> dict[str, Any]:
    """Return what is told of a traced call, as plain data."""
    incoming = call.incoming
    sent = incoming.header("authorization")
    return {
        "request": hashlib.blake2b(call.raw, digest_size=8).hexdigest() if call.raw else None,
        "retry": _number(incoming.header("x-stainless-retry-count")),
        "agent": shown((incoming.header("user-agent") or "")[:80], incoming),
        "content_type": shown((incoming.header("content-type") or "")[:80], incoming),
        "credential": "none" if sent is None else "bearer" if credentials(sent) else "other",
        "key_in_query": bool(sent and (key := credentials(sent)) and key in incoming.query),
        "asks_usage": include_usage(call.body) if call.body else False,
        "retry_after": trace.headers.get("retry-after"),
        "retry_after_ms": trace.headers.get("retry-after-ms"),
        "writes": [list(write) for write in trace.writes],
        "more": trace.more,
    }


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 6 else None
