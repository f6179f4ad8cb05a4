"""Socket: one connection for one exchange, over asyncio streams. Knows nothing of keys or judges.

It sends exactly the bytes it is told to, and sees interim answers, chunk boundaries and trailers.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from conformance.exchange import Ending, Exchange, Sending
from conformance.wire.outgoing import Origin, Outgoing, chunked
from conformance.wire.reader import Reader
from conformance.wire.recorder import Finished, Recorder, root_cause
from conformance.wire.settings import MAX_HEAD, READ_SIZE, Settings

CONTINUE_WAIT = 1.0
"""Seconds the body is held back for a `100 Continue`; RFC 9110, 10.1.1 wants no endless wait."""

LINGER = 0.25
"""Seconds to listen behind the end of a message whose request asked to close the connection."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class SocketEdge:
    """Opens a connection for every exchange."""

    def __init__(
        self, settings: Settings, where: Origin, context: Callable[[], ssl.SSLContext]
    ) -> None:
        self._origin = where
        self._timeouts = settings.timeouts
        self._proxy = settings.proxy
        self._context = context() if where.tls else None

    async def perform(self, message: Outgoing, recorder: Recorder) -> Exchange:
        """Send a request and read its answer; only cancellation raises."""
        total = recorder.total
        try:
            async with asyncio.timeout(total):
                await self._hold(message, recorder)
        except TimeoutError:
            return recorder.exchange(Ending.TIMEOUT, f"not over within {total:g} s")
        except Finished:
            return recorder.exchange()
        except ConnectionError:
            return recorder.exchange(Ending.RESET, "the connection was reset")
        except ssl.SSLError as error:
            return recorder.exchange(Ending.RESET, root_cause(error))
        except Exception as error:  # a stranger's bytes must not end the run
            return recorder.exchange(Ending.MALFORMED, f"{type(error).__name__}: {error}")
        return recorder.exchange()

    async def _hold(self, message: Outgoing, recorder: Recorder) -> None:
        reader, writer = await self._connect(recorder)
        answer = Reader(message.method, recorder, int(recorder.request.sending.pipelined))
        recorder.sent()
        heard = asyncio.Event()
        sender = asyncio.create_task(_send(writer, message, recorder, heard))
        try:
            await self._read(reader, writer, answer, recorder, sender, heard)
        except Finished:
            if recorder.ending is Ending.COMPLETE and _asks_to_close(message):
                await _linger(reader, recorder)
            raise
        finally:
            sender.cancel()
            # Not the task itself: a cancellation that is ours would look like the sender's, and
            # whoever wished the end would wait for it.
            try:
                await asyncio.wait([sender])
            finally:
                writer.transport.abort()
            if not sender.cancelled() and (error := sender.exception()) is not None:
                raise error
            await asyncio.sleep(0)

    async def _connect(self, recorder: Recorder) -> Streams:
        limit = self._timeouts.connect
        try:
            async with asyncio.timeout(limit):
                return await self._open()
        except TimeoutError:
            recorder.end(Ending.REFUSED, f"no connection within {limit:g} s")
        except (OSError, ValueError, EOFError) as error:
            recorder.end(Ending.REFUSED, f"no connection: {root_cause(error)}")
        raise AssertionError("Recorder.end() always raises")

    async def _open(self) -> Streams:
        host, port = self._origin.host, self._origin.port
        if self._proxy is None:
            return await asyncio.open_connection(host, port, ssl=self._context, limit=READ_SIZE)
        proxy = urlsplit(self._proxy)
        reader, writer = await asyncio.open_connection(
            proxy.hostname, proxy.port or 80, limit=READ_SIZE
        )
        try:
            authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
            if proxy.username is not None:
                pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
                lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}")
            writer.write("\r\n".join([*lines, "", ""]).encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if len(answer) > MAX_HEAD or answer[:5] != b"HTTP/" or answer[9:10] != b"2":
                raise ConnectionRefusedError("the proxy refuses the tunnel")
            if self._context is not None:
                await writer.start_tls(self._context, server_hostname=host)
        except BaseException:
            writer.transport.abort()
            raise
        return reader, writer

    async def _read(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Reader,
        recorder: Recorder,
        sender: asyncio.Task[None],
        heard: asyncio.Event,
    ) -> None:
        manner = recorder.request.manner
        paused = manner.pause == 0
        while True:
            wait = self._timeouts.idle if answer.begun else self._timeouts.first_byte
            try:
                async with asyncio.timeout(wait):
                    data = await reader.read(1 if manner.byte_by_byte else READ_SIZE)
            except TimeoutError:
                if not sender.done():
                    continue
                said = "nothing came" if answer.begun else "no answer"
                recorder.end(Ending.TIMEOUT, f"{said} within {wait:g} s")
            heard.set()
            answer.feed(data)
            if not paused and recorder.body:
                paused = True
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                await asyncio.sleep(manner.pause)
                writer.transport.resume_reading()  # type: ignore[attr-defined]


def _asks_to_close(message: Outgoing) -> bool:
    return any(
        name.lower() == b"connection" and value.lower() == b"close"
        for name, value in message.headers
    )


async def _linger(reader: asyncio.StreamReader, recorder: Recorder) -> None:
    """Listen until the peer closes, as it was asked to, or for a moment."""
    with suppress(TimeoutError, ConnectionError, ssl.SSLError):
        async with asyncio.timeout(LINGER):
            while data := await reader.read(READ_SIZE):
                recorder.behind(len(data))


async def _send(
    writer: asyncio.StreamWriter, message: Outgoing, recorder: Recorder, heard: asyncio.Event
) -> None:
    """Write the request; a peer that stops listening may still have answered."""
    with suppress(ConnectionError, ssl.SSLError):
        if recorder.request.sending.pipelined:
            await _write(writer, message, recorder.request.sending, heard)
        await _write(writer, message, recorder.request.sending, heard)
        if not heard.is_set():
            recorder.sent()


async def _write(
    writer: asyncio.StreamWriter, message: Outgoing, sending: Sending, heard: asyncio.Event
) -> None:
    for part in _split(message.head(), sending.byte_by_byte):
        writer.write(part)
        await writer.drain()
    if sending.expect_continue:
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), CONTINUE_WAIT)
    body = message.body or b""
    pieces = [body] if sending.chunks is None else chunked(body, sending.chunks)
    for piece in pieces:
        for part in _split(piece, sending.byte_by_byte):
            writer.write(part)
            await writer.drain()


def _split(data: bytes, singly: bool) -> Iterator[bytes]:
    """Yield data whole, or byte by byte."""
    if not singly:
        if data:
            yield data
        return
    for offset in range(len(data)):
        yield data[offset : offset + 1]
