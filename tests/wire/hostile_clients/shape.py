"""A hostile client as a line of a table: what it sends, and what may come of it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.wire.hostile_clients.client import Act
from tests.wire.serving import CHAT, KEY

MORE = "..."
"""After statuses: more of the last may follow."""


@dataclass(frozen=True)
class Shape:
    """What a stranger sends, and the answers that he may get for it."""

    script: tuple[Act, ...]
    statuses: frozenset[tuple[int, ...]]
    """Each what may come, in order; `()` for the end of the connection without a word."""
    says: str = ""
    """Words of the last answer's message."""


def shape(
    *script: Act, gets: int | tuple[int, ...] | list[tuple[int, ...]], says: str = ""
) -> Shape:
    """Return a shape; `gets` is one status, several in a row, or a choice of such rows."""
    rows = gets if isinstance(gets, list) else [gets if isinstance(gets, tuple) else (gets,)]
    return Shape(script, frozenset(rows), says)


def head(
    method: str = "GET",
    path: str = "/healthz",
    *lines: str,
    version: str = "1.1",
    last: bool = True,
) -> bytes:
    """Return the head of a request, of which no more follow if it is the `last`."""
    first = [f"{method} {path} HTTP/{version}", "host: mock"]
    return _lines(*first, *lines, *["connection: close"] * last)


def chat(*lines: str, body: bytes | None = None, key: str | None = KEY, last: bool = True) -> bytes:
    """Return a request for a completion; without a body, its head alone and no length."""
    given = ["content-type: application/json"]
    given += [f"authorization: Bearer {key}"] * (key is not None)
    if body is not None:
        given.append(f"content-length: {len(body)}")
    return head("POST", CHAT, *given, *lines, last=last) + (body or b"")


def _lines(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + end
