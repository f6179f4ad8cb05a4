"""The mock's edge of HTTP: whatever comes for a request is answered by HTTP, and never by a 500."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from mock_server.server import configured
from mock_server.server.protocol import Protocol
from tests.mock_server.driving import LOOP, mock
from tests.parsers.damage import SNIPPETS, damaged
from tests.parsers.test_sse import CUTS, cut

KEY = "sk-aig-mock"
HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n" % KEY.encode()
)
BODY = b'{"model":"google/gemma-7b-it-lora","messages":[{"role":"user","content":"hi"}]}'
STREAMED = BODY[:-1] + b',"stream":true}'
CHAT = HEAD + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = (
    HEAD
    + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"%x\r\n%b\r\n0\r\nTrailer: 1\r\n\r\n" % (len(STREAMED), STREAMED)
)
MODELS = b"GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n\r\n" % KEY.encode()
LINES = (
    HEAD, CHAT, CHUNKED, MODELS, b"GET / HTTP/1.0\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", b"\r\n",
    b"HEAD //v1/%2e%2e/%00 HTTP/1.1\r\nHost: a\r\n\r\n", b"Expect: 100-continue\r\n",
    b"Content-Length: 4\r\n", b"Content-Length: -4\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Upgrade: websocket\r\nConnection: upgrade\r\n", b"X-Request-Id: \xff\r\n", b"4\r\nabcd\r\n",
    b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"x-gonogo-script: {}\r\n", b"Accept-Encoding: \0\r\n",
)  # fmt: skip
BYTES = (
    damaged(CHAT, CHUNKED, MODELS, CHAT + MODELS + CHUNKED)
    | st.lists(st.sampled_from((*LINES, *SNIPPETS)), max_size=10).map(b"".join)
    | st.binary(max_size=80)
)
APP = mock()
CONFIG = configured(APP)
STATUS = re.compile(rb"HTTP/1\.1 (\d\d\d) ")


@dataclass
class Wire(asyncio.Transport):
    """A connection that keeps what is written to it."""

    written: bytearray = field(default_factory=bytearray)
    closed: bool = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.written += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        return None

    def pause_reading(self) -> None:
        return None

    resume_reading = pause_reading


async def asked(pieces: list[bytes], complaints: list[str]) -> Wire:
    """Have a connection take bytes as they come, and return it when nothing happens any more."""
    state, wire = ServerState(), Wire()
    connection = Protocol(config=CONFIG, server_state=state, app_state={})
    connection.connection_made(wire)
    for piece in pieces:
        if piece and not wire.closed:
            connection.data_received(piece)
            await asyncio.sleep(0)
    for _ in range(200):
        await asyncio.sleep(0)
        if all(task.done() for task in state.tasks):
            break
    connection.eof_received()
    connection.connection_lost(None)
    for _ in range(50):
        await asyncio.sleep(0)
    complaints += [repr(task) for task in state.tasks if not task.done()]
    return wire


@pytest.mark.parser("HTTP of a request")
@given(data=BYTES, cuts=CUTS)
@example(data=CHAT, cuts=[0.5])
@example(data=CHUNKED, cuts=[0.99])
@example(data=CHAT + MODELS + CHUNKED, cuts=[])
def test_any_bytes_are_answered_by_http_and_leave_nothing_behind(
    data: bytes, cuts: list[float]
) -> None:
    complaints: list[str] = []
    LOOP.set_exception_handler(lambda loop, context: complaints.append(str(context)))
    watch = logging.Handler(logging.WARNING)
    watch.emit = lambda record: complaints.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("uvicorn.error").addHandler(watch)
    try:
        wire = LOOP.run_until_complete(asked(cut(data, cuts), complaints))
    finally:
        logging.getLogger("uvicorn.error").removeHandler(watch)
        LOOP.set_exception_handler(None)
    assert complaints == []
    written = bytes(wire.written)
    assert not written or STATUS.match(written)
    assert not [status for status in STATUS.findall(written) if status >= b"500"]
    assert b"Traceback" not in written
    assert KEY.encode() not in written
    books = APP.edge.state.ledger()
    assert isinstance(books, dict)
    assert books["held"] == 0
