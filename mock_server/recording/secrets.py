"""Secrets: what no file may hold. Each is replaced by as many characters, so that places hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from mock_server.keys import BYOK, credentials

HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "x-api-key",
        "api-key",
        "x-goog-api-key",
        "x-auth-token",
        "cookie",
        "set-cookie",
    }
)
QUERY = frozenset(
    {"key", "api_key", "api-key", "apikey", "token", "access_token", "sig", "signature"}
)
SHORTEST = 6
"""Characters of a secret; a shorter one would be found where it is none."""
_MASK = "redacted-"


class Secrets:
    """The secrets of one exchange, and what the user calls secret."""

    def __init__(
        self, values: Iterable[str] = (), patterns: Sequence[re.Pattern[bytes]] = ()
    ) -> None:
        known = {value for value in values if len(value) >= SHORTEST}
        # The longest first: one may be the beginning of another.
        self._values = [one.encode() for one in sorted(known, key=len, reverse=True)]
        self._patterns = patterns

    def hidden(self, data: bytes) -> bytes:
        """Return bytes without secrets, of the same length."""
        for value in self._values:
            data = data.replace(value, _mask(len(value)))
        for pattern in self._patterns:
            data = pattern.sub(lambda found: _mask(len(found[0])), data)
        return data

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        return self.hidden(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")

    def split(self, parts: Sequence[bytes]) -> list[bytes]:
        """Return parts without secrets, also where one lies across several of them."""
        whole = self.hidden(b"".join(parts))
        found, start = [], 0
        for part in parts:
            found.append(whole[start : start + len(part)])
            start += len(part)
        return found

    def query(self, query: str) -> str:
        """Return a query without the values of members that are called like secrets."""
        pairs = parse_qsl(query, keep_blank_values=True)
        if not any(name.lower() in QUERY for name, _ in pairs):
            return self.text(query)
        shown = [(name, "redacted" if name.lower() in QUERY else value) for name, value in pairs]
        return self.text(urlencode(shown))


def of_request(headers: Mapping[str, str], query: str) -> list[str]:
    """Return the secrets that a request carries."""
    found = []
    for name, value in headers.items():
        if name in HEADERS or name.startswith(BYOK):
            found.append(value)
            key = credentials(value)
            if key:
                found.append(key)
    found += [value for name, value in parse_qsl(query) if name.lower() in QUERY]
    return found


def _mask(length: int) -> bytes:
    return (_MASK * (length // len(_MASK) + 1))[:length].encode()
