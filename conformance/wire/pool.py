"""Pool: kept-alive connections over httpx, its only importer. Knows nothing of keys or judges.

Its transport is used bare: no redirects, no cookies, no environment. It shows no interim answers,
no trailers and no chunk boundaries; the socket edge does.
"""

from __future__ import annotations

import asyncio
import importlib.util
import ssl
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

import httpx

from conformance.errors import UsageError
from conformance.exchange import Ending, Exchange
from conformance.wire.outgoing import Origin, Outgoing
from conformance.wire.recorder import Finished, Recorder, in_our_words, root_cause
from conformance.wire.settings import Settings, Timeouts

_CONNECTIONS = httpx.Limits(max_connections=128, max_keepalive_connections=8)
"""Every idle connection is looked at, by a system call, for every request: a few are enough."""


class Pool:
    """One transport for a run; making another costs 40 ms."""

    def __init__(self, settings: Settings, where: Origin, context: ssl.SSLContext) -> None:
        if settings.http2 and importlib.util.find_spec("h2") is None:
            hint = "pip install 'gonogo[http2]'"
            raise UsageError("HTTP/2 needs h2", where="[http] http2", hint=hint)
        self._origin = where
        self._timeouts = settings.timeouts
        try:
            self._transport = httpx.AsyncHTTPTransport(
                verify=context,
                trust_env=False,
                http2=settings.http2,
                limits=_CONNECTIONS,
                proxy=settings.proxy,
            )
        except (ImportError, ValueError, httpx.InvalidURL):
            hint = "give http://host:port"
            raise UsageError("the proxy cannot be used", where="--proxy", hint=hint) from None

    async def perform(self, message: Outgoing, recorder: Recorder) -> Exchange:
        """Send a request and read its answer; only cancellation raises."""
        total = recorder.total
        conversation = _Conversation(message, recorder, self._timeouts, self._origin)
        try:
            async with asyncio.timeout(total):
                await conversation.hold(self._transport)
        except TimeoutError:
            return recorder.exchange(Ending.TIMEOUT, f"not over within {total:g} s")
        except Finished:
            return recorder.exchange()
        except Exception as error:  # a stranger's bytes must not end the run
            return recorder.exchange(*conversation.explain(error))
        return recorder.exchange(Ending.COMPLETE)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


class _Conversation:
    def __init__(
        self, message: Outgoing, recorder: Recorder, times: Timeouts, where: Origin
    ) -> None:
        self._message = message
        self._recorder = recorder
        self._times = times
        self._origin = where
        self._fresh = False
        self._sent = False

    async def hold(self, transport: httpx.AsyncHTTPTransport) -> None:
        """Send and read to the end, or to a `Finished`."""
        response = await transport.handle_async_request(self._request())
        try:
            self._recorder.answer(
                response.status_code,
                response.extensions.get("http_version", b"").decode("latin-1"),
                list(response.headers.raw),
            )
            raw = cast(AsyncGenerator[bytes, None], response.aiter_raw())
            async with aclosing(raw) as pieces:
                await self._read(pieces)
        finally:
            await response.aclose()
        self._recorder.complete([])

    def _request(self) -> httpx.Request:
        scheme = "https" if self._origin.tls else "http"
        return httpx.Request(
            self._message.method.decode(),
            f"{scheme}://{self._origin.authority}/",
            headers=list(self._message.headers),
            content=self._message.body,
            extensions={
                # Given apart, since a URL object would tidy the path up.
                "target": self._message.target,
                "timeout": {
                    "connect": self._times.connect,
                    "read": self._times.first_byte,
                    "write": self._times.idle,
                    "pool": None,
                },
                "trace": self._trace,
            },
        )

    async def _read(self, pieces: AsyncGenerator[bytes, None]) -> None:
        loop, idle = asyncio.get_running_loop(), self._times.idle
        watch = asyncio.timeout(idle)
        try:
            async with watch:
                async for data in pieces:
                    self._recorder.piece(data)
                    watch.reschedule(loop.time() + idle)
        except TimeoutError:
            if watch.expired():
                self._recorder.end(Ending.TIMEOUT, f"nothing came for {idle:g} s")
            raise

    async def _trace(self, name: str, _details: dict[str, Any]) -> None:
        if name.endswith("connect_tcp.complete"):
            self._fresh = True
        elif name.endswith("send_request_body.complete"):
            self._sent = True
            self._recorder.sent()

    def explain(self, error: Exception) -> tuple[Ending, str]:
        """Say what an exception of the transport means."""
        reused = "" if self._fresh else " on a kept-alive connection"
        match error:
            case httpx.ConnectTimeout():
                return Ending.REFUSED, f"no connection within {self._times.connect:g} s"
            case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol():
                return Ending.REFUSED, f"no connection: {root_cause(error)}"
            case httpx.ReadTimeout():
                return Ending.TIMEOUT, f"no answer within {self._times.first_byte:g} s"
            case httpx.TimeoutException():
                return Ending.TIMEOUT, f"the request could not be sent: {type(error).__name__}"
            case httpx.NetworkError():
                return Ending.RESET, f"the connection was reset{reused}"
            case httpx.LocalProtocolError():
                return Ending.REFUSED, f"not sent: {error}"
            case httpx.RemoteProtocolError():
                return _protocol(str(error), reused)
            case _:
                return Ending.MALFORMED, f"{type(error).__name__}: {error}"


def _protocol(text: str, reused: str) -> tuple[Ending, str]:
    # The library gives no codes, only these sentences; tests/wire would notice new ones.
    if "Server disconnected" in text:
        return Ending.INCOMPLETE, f"the connection closed before an answer{reused}"
    if "peer closed connection" in text or "peer unexpectedly closed" in text:
        return Ending.INCOMPLETE, in_our_words(text)
    if "Receive buffer too long" in text:
        return Ending.TOO_LARGE, "headers, or one chunk's header, never end"
    return Ending.MALFORMED, in_our_words(text)
