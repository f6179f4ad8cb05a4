"""A connection that bears only so much of its client. Knows neither requests nor answers.

What is late is found by a sweep over all connections; what is too much, where it is read. A client
that is refused is told why, after what is still to be answered before that.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_server.door import FAREWELL, Door
from mock_server.server.refusing import Unfit, late, too_long
from mock_server.server.sweeping import Waiting, keep_sweeping

DOOR = Door()


class Bounded(HttpToolsProtocol):
    """What `mock_server.server.protocol` stands on."""

    _unread = False
    """The head of a request has come and its body has not; within one read."""
    _barren = 0
    """Bytes that came since the last of a body or of a message."""
    _taken = 0
    """Bytes of bodies that did not come at once."""
    _open = False
    """The head of a request has begun and is not whole."""
    _between = True
    """The parser is where a request begins, and will take one."""
    _idle_since = 0.0
    """The last answer was complete, or the connection made, at this time of the loop."""
    _answering: Any = None
    """The cycle of the request that is being answered by more than one write, or was last."""
    _reason: Unfit | None = None
    """No more requests are taken; to be said after the answers that are due."""
    _ending: float | None = None
    """The last answer was given at this time of the loop."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._edge: Any = getattr(self.app, "edge", None)
        self._door: Door = self._edge.gateway.settings.door if self._edge else DOOR
        self._most_lines = self._door.head_lines
        self._most_bytes = self._door.head_bytes
        self._head: list[tuple[bytes, bytes]] = []
        self._nothing: list[tuple[bytes, bytes]] = []
        self.headers = self._nothing
        self._stalled, self._pause, self._receipt = Waiting(), Waiting(), Waiting()

    def connection_made(self, transport: Any) -> None:
        """Begin, with an eye on the clock."""
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        door = self._door
        bounds = (door.head_seconds, door.body_pause, door.body_seconds, door.stall_seconds)
        keep_sweeping(self.server_state, self.loop, min(self.timeout_keep_alive, *bounds))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers that there is nobody left to answer."""
        super().connection_lost(exc)
        self._leave(self._answering)

    def sweep(self, now: float) -> None:
        """End the connection if its client is late at `now`, a time of the loop."""
        door, transport = self._door, self.transport
        cycle: Any = self.cycle
        closing = transport.is_closing()
        unsent = transport.get_write_buffer_size() if closing or self.flow.write_paused else None
        if self._stalled.seconds(unsent, now) > door.stall_seconds:
            transport.abort()
        elif closing:
            return
        elif self._ending is not None:
            if now - self._ending > FAREWELL:
                transport.close()
        elif cycle is not None and cycle.more_body:
            coming = not self.flow.read_paused
            pause = self._pause.seconds(self._taken if coming else None, now)
            took = self._receipt.seconds(cycle if coming else None, now)
            if pause > door.body_pause or took > door.body_seconds:
                self._refuse(late())
        elif self._busy():
            self._receipt.seconds(None, now)
        elif self._open:
            if self._receipt.seconds(self.headers, now) > door.head_seconds:
                self._refuse(late())
        elif now - self._idle_since > self._patience():
            # Nothing is said to one who asks nothing: browsers open more than they use.
            transport.close()

    def _patience(self) -> float:
        """Return for how many seconds a client may ask nothing."""
        fresh = self.headers is self._nothing
        return self._door.head_seconds if fresh else self.timeout_keep_alive

    def _weigh(self) -> None:
        """Raise Unfit for a head that is too long."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self._head)
        if size > self._most_bytes or len(self._head) > self._most_lines:
            raise too_long(self._most_bytes, self._most_lines)

    def _busy(self) -> bool:
        cycle = self._answering
        return cycle is not None and not (cycle.response_complete or cycle.disconnected)

    def _refuse(self, reason: Unfit) -> None:
        """Take nothing more, and say why, after what is still to be answered before that."""
        if self._ending is not None or self._reason is not None:
            return
        self._unread = self._between = False
        self.parser = _Deaf()  # type: ignore[assignment]
        cycle: Any = self.cycle
        if cycle is not None and cycle.more_body:
            # Its body will never be whole.
            if self.pipeline:
                self.pipeline.popleft()
            else:
                self._leave(cycle)
                if cycle.response_started:
                    self.transport.close()
                    return
        if self._busy():
            self._reason = reason
        else:
            self._say(reason)

    def _say(self, reason: Unfit) -> None:
        self._ending = self.loop.time()
        self.flow.resume_reading()
        self.transport.write(reason.answer())
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()

    def _leave(self, cycle: Any) -> None:
        """Tell whoever answers a request that there is nobody left to answer."""
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            cycle.left()


class _Deaf:
    """Takes the place of a parser when nothing more is taken."""

    def feed_data(self, data: bytes) -> None:
        """Throw bytes away."""
