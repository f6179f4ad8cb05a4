"""wire: the edge of the suite, where requests become exchanges. Knows nothing of probes or judges.

Request ─→ Outgoing ─┬→ Pool        (httpx)  ─┬→ Recorder ─→ Exchange
                     └→ SocketEdge  (h11)    ─┘
"""

from __future__ import annotations

import ssl
from types import TracebackType

from conformance.exchange import Ending, Exchange, Manner, Request, Sending, Wire
from conformance.redaction import Secrets
from conformance.wire.outgoing import Unsendable, origin, outgoing
from conformance.wire.pool import Pool
from conformance.wire.recorder import Recorder
from conformance.wire.room import Room
from conformance.wire.routes import bare_context, is_loopback, proxy_for, tls_context
from conformance.wire.settings import Clock, Settings, Timeouts, Trust
from conformance.wire.socket import SocketEdge

__all__ = ["Clock", "Edge", "Settings", "Timeouts", "Trust", "is_loopback", "origin", "proxy_for"]


class Edge:
    """Sends requests to one target. Make one for a run, inside the event loop, and close it."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        """Raises UsageError for a base URL, proxy or certificate that cannot be used."""
        self.origin = origin(settings.base_url)
        self._settings = settings
        self._secrets = secrets
        self._room = Room()
        self._pool = Pool(settings, self.origin, self._context())
        self._socket = SocketEdge(settings, self.origin, self._context)

    def _context(self) -> ssl.SSLContext:
        # Each its own, since the pool may offer HTTP/2 in its handshake.
        return tls_context(self._settings.trust) if self.origin.tls else bare_context()

    async def perform(self, request: Request) -> Exchange:
        """Send a request and return what came back, whatever that is.

        Raises nothing but cancellation, and InternalError for a key that was not given.
        """
        total = request.timeout or self._settings.timeouts.total
        clock, room = self._settings.clock, self._room
        recorder = Recorder(request, self._secrets, clock, total, room)
        try:
            message = outgoing(request, self._settings, self.origin, self._secrets)
        except Unsendable as error:
            return recorder.exchange(Ending.REFUSED, f"not sent: {error}")
        if _needs_socket(request):
            return await self._socket.perform(message, recorder)
        return await self._pool.perform(message, recorder)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def __aenter__(self) -> Edge:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


MAX_POOLED = 64 * 1024
"""Bytes of a body that go over the pool, which hears an early refusal only after it sent all."""


def _needs_socket(request: Request) -> bool:
    """Whether only the socket can carry it: the pool reads and sends in one way only."""
    if len(request.body or b"") > MAX_POOLED:
        return True
    ordinary = Manner(close_after_events=request.manner.close_after_events)
    return request.wire is Wire.SOCKET or request.sending != Sending() or request.manner != ordinary
