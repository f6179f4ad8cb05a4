"""Proxy: passes requests on to a real gateway and its answers back, and hands out what was said.

Bytes go through as they come, at the moment they come. Only an exchange that ended as it should is
handed out; of any other nothing is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from mock_server.connection import Asgi, GoneError, Message, Receive, Send, Watch
from mock_server.message import Incoming
from mock_server.outgoing import Answer, SilentError, Upstream, UpstreamError
from mock_server.problem import Problem
from mock_server.recording.fixture import Asked, Chunk, Fixture
from mock_server.sending import read
from mock_server.text import dumps

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of a request."""
KEPT_LIMIT = 64 * 1024 * 1024
"""Bytes of an answer that is kept; a longer one is passed on, and not recorded."""
BASE = "/v1"
"""Prefix of paths that stand for the base URL of the upstream."""
HOPS = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "content-length",
    }
)
"""Headers of a connection, not of a message; lengths are told anew."""
SHOWN = ("content-type", "accept")
"""Headers of a request that a fixture keeps."""


class Broken(Exception):
    """An answer ended before it was whole, so the client's must not look whole either."""


@dataclass(frozen=True, slots=True)
class Said:
    """An exchange, with its secrets."""

    fixture: Fixture
    headers: Mapping[str, str]
    """Of the request, all of them."""


class Proxy:
    """An ASGI application that stands in front of another gateway."""

    def __init__(
        self,
        upstream: Upstream,
        url: str,
        *,
        keep: Callable[[Said], object],
        complain: Callable[[str], None],
        key: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        moment: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`url` is the upstream's base URL, and `key` its key, where that is not the client's.

        `keep` is handed every exchange that ended well, `complain` a sentence for any other.
        """
        self._upstream = upstream
        self._base = url.rstrip("/")
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self._keep = keep
        self._complain = complain
        self._key = key
        self._clock = clock
        self._moment = moment

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass one request on; ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        incoming = Incoming(
            scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers, 0
        )
        try:
            body = await read(incoming, BODY_LIMIT, receive)
            if body is None:
                raise Problem("request_too_large", f"A request may have {BODY_LIMIT} bytes.")
            async with Watch(Asgi(receive, send)) as watch:
                await self._pass_on(incoming, body, scope, send)
            if watch.gone:
                self._complain(f"{incoming.method} {incoming.path}: the client left; not recorded")
        except Problem as problem:
            await _refuse(problem, send)
        except GoneError:
            return

    async def _pass_on(self, incoming: Incoming, body: bytes, scope: Message, send: Send) -> None:
        started = self._clock()
        name = f"{incoming.method} {incoming.path}"
        raw_path = scope.get("raw_path") or incoming.path.encode()
        url = self._url(raw_path.decode("latin-1"), incoming.query)
        sent = self._headers(scope["headers"])
        try:
            async with self._upstream.asked(incoming.method, url, sent, body) as answer:
                await self._answer(incoming, body, answer, started, send)
        except SilentError:
            self._complain(f"{name}: the upstream did not answer in time; not recorded")
            raise Problem("upstream_timeout", "The upstream did not answer in time.") from None
        except UpstreamError as error:
            self._complain(f"{name}: of the upstream, {error}; not recorded")
            raise Problem("bad_upstream_response", f"Of the upstream, {error}.") from None

    async def _answer(
        self, incoming: Incoming, body: bytes, answer: Answer, started: float, send: Send
    ) -> None:
        head_at = self._clock() - started
        headers = [pair for pair in answer.headers if pair[0].lower() not in HOPS]
        length = [pair for pair in answer.headers if pair[0].lower() == "content-length"]
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [
                    (name.lower().encode("latin-1"), value.encode("latin-1"))
                    for name, value in [*headers, *length]
                ],
            }
        )
        chunks: list[Chunk] = []
        size = 0
        try:
            async with aclosing(answer.chunks) as coming:
                async for data in coming:
                    size += len(data)
                    if size <= KEPT_LIMIT:
                        chunks.append(Chunk(round(self._clock() - started, 6), data))
                    await send({"type": "http.response.body", "body": data, "more_body": True})
        except UpstreamError as error:
            self._complain(
                f"{incoming.method} {incoming.path}: after {size} bytes of the answer, {error}; "
                "not recorded"
            )
            raise Broken from None
        if size > KEPT_LIMIT:
            self._complain(f"{incoming.path}: the answer has {size} bytes; too many to be recorded")
        else:
            told = [*headers, *length]
            fixture = self._fixture(incoming, body, answer.status, told, chunks, head_at)
            self._keep(Said(fixture, incoming.headers))
        # Whoever has seen the end of a stream finds its fixture.
        await send({"type": "http.response.body", "body": b""})

    def _fixture(
        self,
        incoming: Incoming,
        body: bytes,
        status: int,
        headers: list[tuple[str, str]],
        chunks: list[Chunk],
        head_at: float,
    ) -> Fixture:
        asked = Asked(
            incoming.method,
            incoming.path,
            incoming.query,
            {name: incoming.headers[name] for name in SHOWN if name in incoming.headers},
            body,
        )
        return Fixture(
            asked,
            status,
            headers,
            chunks,
            round(head_at, 6),
            self._moment().isoformat(timespec="seconds").replace("+00:00", "Z"),
            self._base,
        )

    def _url(self, path: str, query: str) -> str:
        under = path == BASE or path.startswith(f"{BASE}/")
        whole = self._base + path[len(BASE) :] if under else self._origin + path
        return f"{whole}?{query}" if query else whole

    def _headers(self, given: Any) -> list[tuple[str, str]]:
        passed = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in given]
        own = {"accept-encoding"} | ({"authorization"} if self._key else set())
        kept = [pair for pair in passed if pair[0].lower() not in HOPS | own]
        # What is recorded should be readable, and a stream not wait in a compressor.
        kept.append(("accept-encoding", "identity"))
        if self._key:
            kept.append(("authorization", f"Bearer {self._key}"))
        return kept

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            ends = message["type"] == "lifespan.shutdown"
            if ends:
                await self._upstream.aclose()
            await send({"type": f"{message['type']}.complete"})
            if ends:
                return


async def _refuse(problem: Problem, send: Send) -> None:
    body = dumps(problem.document())
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
