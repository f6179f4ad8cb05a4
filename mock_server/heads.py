"""Heads: heads of requests that nothing is special about, read once where they come again.

Clients send the same head all day. The same bytes mean the same the second time. Knows no call.
"""

from __future__ import annotations

from collections.abc import Collection, Container

from mock_server.frozen import frozen
from mock_server.message import Headers

HARMLESS = frozenset(
    b"accept accept-encoding accept-language authorization cache-control connection content-length "
    b"content-type dnt host origin pragma referer user-agent x-stainless-arch x-stainless-async "
    b"x-stainless-lang x-stainless-os x-stainless-package-version x-stainless-read-timeout "
    b"x-stainless-retry-count x-stainless-runtime x-stainless-runtime-version".split()
)
"""Headers that change nothing, or that are looked at here; one with any other is special."""
LABELS = frozenset({b"application/json", b"application/json; charset=utf-8"})

REMEMBERED = 1_024
"""Heads, of those no longer than LONGEST."""
LONGEST = 2_048
"""Bytes."""


@frozen
class Head:
    """The head of a POST that nothing is special about."""

    path: str
    headers: Headers
    authorization: bytes


def plain(
    paths: Container[bytes], path: bytes, headers: Collection[tuple[bytes, bytes]]
) -> Head | None:
    """Return a head, if its path is among some and nothing about it is special; else None.

    Names of `headers` are in lower case.
    """
    given = dict(headers)
    if path not in paths or len(given) != len(headers) or b"host" not in given:
        return None
    if not HARMLESS.issuperset(given) or given.get(b"content-type") not in LABELS:
        return None
    return Head(path.decode(), Headers(headers), given.get(b"authorization", b""))


class Heads:
    """Heads by their bytes, each with the length of its body."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Head, int]] = {}

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._known)

    def known(self, request: bytes) -> tuple[Head, bytes] | None:
        """Return head and body of bytes that are one whole request whose head was seen before."""
        end = request.find(b"\r\n\r\n") + 4
        found = self._known.get(request[:end])
        if found is None or len(request) != end + found[1]:
            return None
        return found[0], request[end:]

    def remember(self, request: bytes, head: Head, length: int) -> None:
        """Remember the head of a request that came in these bytes, with a body of that length."""
        end = request.find(b"\r\n\r\n") + 4
        if end > LONGEST or len(request) != end + length:
            return
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[request[:end]] = head, length
