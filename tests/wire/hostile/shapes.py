"""Hostile answers, each a script and the endings it may have. Knows nothing of the suite's edges.

One shape is one line of the promise: whatever comes, the exchange ends in time and says how.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from conformance.exchange import Ending
from tests.wire.scripted_server import DEAF, HOLD, RESET, Pause, Repeat, Step

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LENGTH = OK + b"Content-Length: %d\r\n\r\n"

C, I, R, T, M, L = (  # noqa: E741
    Ending.COMPLETE,
    Ending.INCOMPLETE,
    Ending.RESET,
    Ending.TIMEOUT,
    Ending.MALFORMED,
    Ending.TOO_LARGE,
)


@dataclass(frozen=True)
class Shape:
    """What a stranger sends, and how an exchange with him may end."""

    script: tuple[Step, ...]
    endings: frozenset[Ending]


def shape(*script: Step, ends: tuple[Ending, ...]) -> Shape:
    return Shape(script, frozenset(ends))


SHAPES: dict[str, Shape] = {
    "endless body": shape(OK + b"\r\n", Repeat(b"x" * 65536), ends=(L,)),
    "endless chunks": shape(CHUNKED, Repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n"), ends=(L,)),
    "endless chunks of a byte": shape(CHUNKED, Repeat(b"1\r\nx\r\n" * 10000), ends=(L,)),
    "endless headers": shape(OK, Repeat(b"X-A: " + b"a" * 1000 + b"\r\n"), ends=(L,)),
    "an endless header": shape(OK + b"X-A: ", Repeat(b"a" * 10000), ends=(L,)),
    "an endless status line": shape(b"HTTP/1.1 200 ", Repeat(b"a" * 10000), ends=(L, M)),
    "endless empty lines": shape(Repeat(b"\r\n" * 5000), ends=(L, M)),
    "endless trailers": shape(
        CHUNKED + b"0\r\n", Repeat(b"X-A: " + b"a" * 1000 + b"\r\n"), ends=(L,)
    ),
    "a drip of headers": shape(OK, Repeat(b"X: y\r\n", pause=0.02), ends=(T,)),
    "a drip of body": shape(LENGTH % 10**6, Repeat(b"x", pause=0.02), ends=(T,)),
    "a drip of comments": shape(CHUNKED, Repeat(b"3\r\n:\n\n\r\n", pause=0.02), ends=(T,)),
    "silence": shape(HOLD, ends=(T,)),
    "silence before the request is read": shape(DEAF, HOLD, ends=(T,)),
    "silence within the status line": shape(b"HTTP/1.", HOLD, ends=(T,)),
    "silence after the headers": shape(CHUNKED, HOLD, ends=(T,)),
    "silence within a chunk": shape(CHUNKED + b"5\r\nab", HOLD, ends=(T,)),
    "silence before the last chunk": shape(CHUNKED + b"1\r\na\r\n", HOLD, ends=(T,)),
    "an answer before the request": shape(DEAF, LENGTH % 1 + b"x", Pause(0.2), ends=(C, R)),
    "a reset at once": shape(DEAF, RESET, ends=(R, I)),
    "a reset within the headers": shape(OK, Pause(0.03), RESET, ends=(R,)),
    "a reset within a chunk": shape(CHUNKED + b"5\r\nab", Pause(0.03), RESET, ends=(R,)),
    "a chunk of 2^63": shape(CHUNKED + b"8000000000000000\r\nabc", ends=(I,)),
    "a chunk of 2^80": shape(CHUNKED + b"100000000000000000000\r\nabc", ends=(M,)),
    "a negative chunk": shape(CHUNKED + b"-1\r\nabc\r\n0\r\n\r\n", ends=(M,)),
    "a chunk size that is no number": shape(CHUNKED + b"zz\r\nabc\r\n", ends=(M,)),
    "a chunk longer than it says": shape(CHUNKED + b"2\r\nabcd\r\n0\r\n\r\n", ends=(M,)),
    "a chunk extension of 1 MB": shape(
        CHUNKED + b"1;a=", Repeat(b"x" * 10000, 100), b"\r\nx\r\n0\r\n\r\n", ends=(L, M)
    ),
    "a negative length": shape(OK + b"Content-Length: -5\r\n\r\nhello", ends=(M,)),
    "a length that is no number": shape(OK + b"Content-Length: ten\r\n\r\nhello", ends=(M,)),
    "a length of a hundred digits": shape(
        OK + b"Content-Length: " + b"9" * 100 + b"\r\n\r\nx", ends=(M,)
    ),
    "two lengths that agree": shape(OK + b"Content-Length: 2\r\n" * 2 + b"\r\nhi", ends=(C,)),
    "two lengths that differ": shape(
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", ends=(M,)
    ),
    "length and chunks": shape(
        OK + b"Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        ends=(C,),
    ),
    "a coding nobody knows": shape(OK + b"Transfer-Encoding: rot13\r\n\r\nhi", ends=(M,)),
    "more than its length": shape(LENGTH % 2 + b"hi and more", ends=(C,)),
    "two answers": shape(LENGTH % 1 + b"a" + LENGTH % 1 + b"b", ends=(C,)),
    "HTTP/0.9": shape(b"<html>hello</html>\n", ends=(M, I)),
    "HTTP/1.0 to its end": shape(b"HTTP/1.0 200 OK\r\n\r\nhello", ends=(C,)),
    "HTTP/2 settings": shape(b"\0\0\x12\x04" + bytes(30), HOLD, ends=(M, T)),
    "HTTP/2 settings, then the end": shape(b"\0\0\x12\x04" + bytes(30), ends=(M, I)),
    "HTTP/9.9": shape(b"HTTP/9.9 200 OK\r\n\r\nx", ends=(C, M)),
    "a status of four digits": shape(b"HTTP/1.1 2000 OK\r\n\r\n", ends=(M,)),
    "a status of nought": shape(b"HTTP/1.1 000 Never\r\n\r\n", ends=(M, I)),
    "a TLS alert": shape(b"\x15\x03\x01\x00\x02\x02\x28", ends=(M, I)),
    "random bytes": shape(bytes(range(256)) * 40, ends=(M, I)),
    "NUL in a header": shape(OK + b"X-A: a\0b\r\nContent-Length: 0\r\n\r\n", ends=(M,)),
    "a header without a colon": shape(OK + b"nonsense\r\n\r\nx", ends=(M,)),
    "a space before the colon": shape(OK + b"X-A : b\r\n\r\nx", ends=(M,)),
    "a folded header": shape(OK + b"X-A: b\r\n c\r\nContent-Length: 1\r\n\r\nx", ends=(C,)),
    "a fold at the start": shape(OK + b" c\r\n\r\nx", ends=(M,)),
    "raw bytes in a header": shape(OK + b"X-A: \xff\xfe\r\nContent-Length: 1\r\n\r\nx", ends=(C,)),
    "bare line feeds": shape(b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", ends=(C,)),
    "a flood of 100": shape(Repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 100), ends=(L, T)),
    "a flood of 103, slowly": shape(
        Repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.02), ends=(L, T)
    ),
    "switching protocols": shape(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", HOLD, ends=(M, C, T)
    ),
    "a body on 204": shape(b"HTTP/1.1 204 No Content\r\n\r\nbody", ends=(C,)),
    "a redirect to itself": shape(
        b"HTTP/1.1 307 Again\r\nLocation: /v1/chat/completions\r\nContent-Length: 0\r\n\r\n",
        ends=(C,),
    ),
    "a redirect elsewhere": shape(
        b"HTTP/1.1 308 There\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n",
        ends=(C,),
    ),
    "a gzip bomb": shape(
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(10**8), 9), ends=(C,)
    ),
    "gzip that is none": shape(OK + b"Content-Encoding: gzip\r\n\r\nplain", ends=(C,)),
    "br that is none": shape(OK + b"Content-Encoding: br\r\n\r\nplain", ends=(C,)),
    "a million empty events": shape(OK + b"\r\n", Repeat(b"\n" * 100000, 10), ends=(C,)),
    "an event of 200 MB": shape(OK + b"\r\ndata: ", Repeat(b"y" * 100000, 2000), ends=(L,)),
    "invalid UTF-8": shape(OK + b"\r\n" + b"data: \xff\xc0\x80\xed\xa0\x80\n\n", ends=(C,)),
}
