"""Settings of the edge: times, caps, the clock and TLS choices. Knows nothing of requests."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

MAX_HEAD = 64 * 1024
"""Bytes of headers, of trailers, or of one chunk's header."""

MAX_PIECES = 50_000
"""Pieces of a body; more of them would cost more memory than the bytes themselves."""

MAX_INTERIM = 32
"""Interim (1xx) answers before the real one."""

READ_SIZE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that may pass. Every wait of the edge is under one of these."""

    connect: float = 5.0
    """Name look-up, connection and TLS together."""
    first_byte: float = 30.0
    """From the end of sending to the first byte of an answer."""
    idle: float = 15.0
    """Between two arrivals."""
    total: float = 120.0
    """From the first attempt to connect to the end; a request's own `timeout` comes before it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Where times come from."""

    wall: Callable[[], float] = time.time
    """Unix seconds."""
    steady: Callable[[], float] = time.perf_counter
    """Seconds that never run backwards."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Which certificates are believed, and which is shown."""

    verify: bool = True
    authorities: str | None = None
    """File of PEM certificates to trust in place of the system's."""
    client_certificate: str | None = None
    """PEM file with the certificate, and with its key where that has no file of its own."""
    client_key: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the edge knows beside the requests and the keys."""

    base_url: str
    timeouts: Timeouts = Timeouts()
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with every request."""
    trust: Trust = Trust()
    proxy: str | None = None
    """URL of an HTTP proxy; None: no proxy (`routes.proxy_for` reads the environment)."""
    http2: bool = False
    user_agent: str = "gonogo"
    clock: Clock = field(default_factory=Clock)
