"""The suite's edge of HTTP: whatever comes for an answer ends as an observation, and the same."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.exchange import Ending, Exchange, Request
from conformance.redaction import Secrets
from conformance.wire.reader import Reader
from conformance.wire.recorder import Finished, Recorder
from conformance.wire.settings import Clock
from tests.parsers.damage import SNIPPETS, damaged
from tests.parsers.test_sse import CUTS, cut

KEY = "sk-parsers-0123456789"
ANSWERS = (
    b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\nX: 1\r\nx: 2\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: 1\r\n\r\n",
    b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.0 401 No\r\n\r\nwithout an end, " + KEY.encode(),
    b"HTTP/1.1 204 \r\nServer: a\r\n b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
)
LINES = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 \r\n", b"HTTP/1.1 101 x\r\n", b"HTTP/9.9 999\r\n",
    b"Content-Length: 3\r\n", b"Content-Length: -3\r\n", b"Content-Length: 3, 4\r\n",
    b"\r\n", b" folded\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"a\0b: c\r\n",
    b"3\r\nabc\r\n", b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"-1\r\n", b"\n", KEY.encode(),
)  # fmt: skip
BYTES = (
    damaged(*ANSWERS)
    | st.lists(st.sampled_from((*LINES, *SNIPPETS)), max_size=12).map(b"".join)
    | st.binary(max_size=80)
)


def read(pieces: list[bytes], method: bytes, skip: int) -> Exchange:
    """Return what is made of bytes that come so, before the connection is closed."""
    recorder = Recorder(Request("a", "GET", "/"), Secrets({"valid": KEY}), Clock(), 60)
    reader = Reader(method, recorder, skip)
    with suppress(Finished):
        for piece in pieces:
            if piece:
                reader.feed(piece)
        for _ in range(3):
            reader.feed(b"")
        raise AssertionError("the end of the connection is the end of no exchange")
    assert recorder.ending is not None
    return recorder.exchange()


@pytest.mark.parser("HTTP of an answer")
@given(
    data=BYTES,
    cuts=CUTS,
    method=st.sampled_from([b"GET", b"HEAD", b"CONNECT", b"P\xff"]),
    skip=st.sampled_from([0, 0, 0, 1]),
)
@example(data=ANSWERS[0], cuts=[0.5], method=b"GET", skip=0)
@example(data=ANSWERS[0], cuts=[0.5], method=b"CONNECT", skip=0)
@example(data=ANSWERS[0], cuts=[0.5], method=b"CONNECT", skip=1)
@example(data=ANSWERS[1], cuts=[0.9], method=b"GET", skip=0)
def test_any_bytes_end_an_exchange_and_cut_anywhere_in_the_same_way(
    data: bytes, cuts: list[float], method: bytes, skip: int
) -> None:
    whole, parts = read([data], method, skip), read(cut(data, cuts), method, skip)
    assert whole.ending is parts.ending
    assert whole.status == parts.status
    assert whole.interim == parts.interim
    assert whole.headers == parts.headers
    for one in (whole, parts):
        assert len(one.body) <= len(data)
        assert one.detail.isprintable()
        assert KEY not in repr(one)
    if whole.ending is Ending.COMPLETE:
        assert (whole.body, whole.trailers) == (parts.body, parts.trailers)
