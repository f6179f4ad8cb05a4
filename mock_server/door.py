"""Door: how long and how much the mock's own server bears of a client. Knows no connection."""

from __future__ import annotations

from dataclasses import dataclass

FAREWELL = 2.0
"""Seconds in which what a refused client still sends is thrown away, so that it reads the reason:
a connection closed upon unread bytes takes its last answer with it."""


@dataclass(frozen=True, slots=True)
class Door:
    """Bounds of a connection; whatever goes beyond one is refused, or hung up on."""

    head_bytes: int = 65_536
    """Of a request line and the headers, and of whatever else comes without being a body."""
    head_lines: int = 256
    """Headers of a request; trailers of its body, likewise."""
    head_seconds: float = 10.0
    """From when a head is due until it is whole."""
    body_pause: float = 30.0
    """Seconds in which nothing comes of a body."""
    body_seconds: float = 300.0
    """From a head to the end of its body."""
    stall_seconds: float = 120.0
    """For which a client may take nothing of what it is being sent."""
    queued: int = 64
    """Requests that may wait on a connection for the answer to one before them."""
    certificate: str | None = None
    """File of a certificate chain in PEM, to serve HTTPS with; None for plain HTTP."""
    private_key: str | None = None
    """File of its key; None where it is in the same file."""

    @property
    def scheme(self) -> str:
        """Of the mock's addresses."""
        return "https" if self.certificate else "http"
