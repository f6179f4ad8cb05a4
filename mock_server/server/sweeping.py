"""Sweeping: once a second, every connection of a server is asked whether its client is late.

One timer serves them all, so that a bound costs a request nothing. Knows no HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Set as AbstractSet
from typing import Any, Protocol
from weakref import WeakSet

SECONDS = 1.0
"""Between two sweeps: by so much a bound may be exceeded."""


class Swept(Protocol):
    """A connection."""

    def sweep(self, now: float) -> None:
        """End what is late at `now`, a time of the loop."""


class Waiting:
    """What a connection is seen to wait for, and since when."""

    __slots__ = ("_since", "_what")

    def __init__(self) -> None:
        self._what: object = None
        self._since = 0.0

    def seconds(self, what: object, now: float) -> float:
        """Return for how long `what` has been waited for, as far as was seen; None for nothing.

        A number is the same as long as it is equal, anything else as long as it is that object.
        """
        same = what == self._what if isinstance(what, int) else what is self._what
        if what is None or not same:
            self._what, self._since = what, now
        return now - self._since


def keep_sweeping(server: Any, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """Sweep the connections of a server, unless that is done already, while it has any.

    `server` is uvicorn's state of it; `seconds` is the smallest bound of its connections.
    """
    if server not in _BUSY:
        _BUSY.add(server)
        _later(server, server.connections, loop, min(SECONDS, seconds / 4))


def _later(
    server: Any, connections: AbstractSet[Swept], loop: asyncio.AbstractEventLoop, seconds: float
) -> None:
    def sweep() -> None:
        if not connections:
            _BUSY.discard(server)
            return
        now = loop.time()
        for connection in list(connections):
            connection.sweep(now)
        loop.call_later(seconds, sweep)

    loop.call_later(seconds, sweep)


_BUSY: WeakSet[Any] = WeakSet()
"""Servers whose connections are being swept."""
