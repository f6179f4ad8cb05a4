"""Refusals of what never becomes a request: what is wrong, as the bytes of a last answer.

Knows no connection and no route.
"""

from __future__ import annotations

from collections.abc import Sequence

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from mock_server.problem import Problem
from mock_server.text import dumps

ONCE = (b"authorization", b"content-type", b"host")
"""Headers that say one thing; said twice, nobody can tell which is meant."""
VERSIONS = frozenset({"1.0", "1.1"})


class Unfit(Exception):
    """What came is no request that can be answered; the connection ends with the reason."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def answer(self) -> bytes:
        """Return the last answer of a connection, in the shape of every other refusal."""
        kind = "invalid_request_error"
        document = Problem(None, str(self), status=self.status, type=kind).document()
        body = dumps(document)
        return (
            b"%bcontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (STATUS_LINE[self.status], len(body), body)
        )


def not_http() -> Unfit:
    """Return what is said to bytes that are no request."""
    return Unfit(400, "This is not a valid HTTP/1.1 request. Check its request line and headers.")


def late() -> Unfit:
    """Return what is said to a client that takes too long to send a request."""
    return Unfit(408, "The request did not come in time. Send it whole, and without long pauses.")


def too_long(size: int, lines: int) -> Unfit:
    """Return what is said to a head beyond so many bytes or lines."""
    return Unfit(431, f"The headers are longer than {size} bytes or {lines} lines. Send fewer.")


def too_many() -> Unfit:
    """Return what is said, if anything, to more requests than may wait for their turn."""
    return Unfit(429, "Too many requests wait on this connection. Await some answers first.")


def inspect(headers: Sequence[tuple[bytes, bytes]], version: str) -> None:
    """Raise Unfit for a head that HTTP does not allow, or that says two things at once.

    A request with none or several `Host` is refused as RFC 9112, section 3.2, has it.
    """
    if version not in VERSIONS:
        raise Unfit(400, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    for name, value in headers:
        if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise Unfit(
                400, "The body comes in a transfer coding that is not offered. Send chunks."
            )
    names = [name for name, _ in headers]
    if version == "1.1" and b"host" not in names:
        raise Unfit(400, "The header 'host' is missing. HTTP/1.1 asks for it once.")
    if len(set(names)) == len(names):
        return
    for name in ONCE:
        if names.count(name) > 1:
            raise Unfit(400, f"The header '{name.decode()}' is given more than once. Send it once.")
