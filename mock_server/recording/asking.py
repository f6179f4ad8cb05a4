"""Asking: recorded requests put to a gateway again, one after the other. Compares nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import quote, urlsplit

from mock_server.outgoing import Upstream
from mock_server.recording.fixture import Chunk, Fixture
from mock_server.recording.proxy import BASE, HOPS, KEPT_LIMIT

MASK = b"redacted-"
RETRYABLE = frozenset({408, 429, 500, 502, 503, 504, 529})
"""Statuses that say nothing about what would be answered another time."""


def cannot(fixture: Fixture) -> str | None:
    """Return why a request cannot be asked again, in a clause; None if it can."""
    if MASK in fixture.asked.body or "redacted" in fixture.asked.query:
        return "a secret was taken out of it"
    if fixture.status in (401, 403):
        return "it was refused for its key, which was not kept"
    return None


def undecided(recorded: Fixture, now: Fixture) -> bool:
    """Tell whether today's answer says only that another should be asked for later."""
    return now.status in RETRYABLE and now.status != recorded.status


async def ask(upstream: Upstream, url: str, key: str | None, recorded: Fixture) -> Fixture:
    """Return what is answered now; raises UpstreamError."""
    asked = recorded.asked
    headers = [*asked.headers.items(), ("accept-encoding", "identity")]
    headers.append(("user-agent", "gonogo-mock"))
    if key:
        headers.append(("authorization", f"Bearer {key}"))
    target = _url(url.rstrip("/"), asked.path, asked.query)
    async with upstream.asked(asked.method, target, headers, asked.body) as answer:
        parts: list[Chunk] = []
        size = 0
        async with aclosing(answer.chunks) as chunks:
            async for data in chunks:
                size += len(data)
                parts.append(Chunk(0.0, data))
                if size > KEPT_LIMIT:
                    break
        return replace(
            recorded, status=answer.status, headers=_kept(answer.headers), chunks=tuple(parts)
        )


def _url(base: str, path: str, query: str) -> str:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(base))
    escaped = quote(path)
    under = path == BASE or path.startswith(f"{BASE}/")
    whole = base + escaped[len(BASE) :] if under else origin + escaped
    return f"{whole}?{query}" if query else whole


def _kept(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in headers if pair[0].lower() not in HOPS]
