"""Hostile bodies: slow, endless, lying about their length, smuggled, or packed; and pipelines."""

from __future__ import annotations

import gzip
import json
import zlib

import brotli
import zstandard

from tests.wire.hostile_clients.client import HALF_CLOSE
from tests.wire.hostile_clients.shape import Shape, chat, chunked, head, shape
from tests.wire.scripted_server import HOLD, RESET, Pause, Repeat
from tests.wire.serving import HELLO, LONG

BODY = json.dumps(HELLO).encode()
TE = "transfer-encoding: chunked"
LIMIT = 1 << 20
PLAIN = head("GET", "/healthz", last=False)
STREAM = json.dumps({**LONG, "stream": True, "max_tokens": 400}).encode()
HIDDEN = b"GET /v1/models HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer sk-aig-mock\r\n\r\n"


def packed(coding: str, body: bytes) -> bytes:
    return chat(f"content-encoding: {coding}", body=body)


SLOW: dict[str, Shape] = {
    "half a body": shape(chat("content-length: 100"), b'{"model"', HOLD, gets=408),
    "no body where one is due": shape(chat("content-length: 100"), HOLD, gets=408),
    "half a chunk": shape(chat(TE), b"10\r\nabc", HOLD, gets=408),
    "half a chunk size": shape(chat(TE), b"1", HOLD, gets=408),
    "no last chunk": shape(chat(TE), chunked(BODY, end=b""), HOLD, gets=408),
    "a chunk of 2^63 - 1": shape(chat(TE), b"7fffffffffffffff\r\nabc", HOLD, gets=408),
    "a drip of body": shape(chat("content-length: 1000000"), Repeat(b" ", pause=0.02), gets=408),
    "a drip of chunks": shape(chat(TE), Repeat(b"1\r\n \r\n", pause=0.02), gets=408),
    "a refused body that never comes": shape(
        chat(f"content-length: {LIMIT * 2}", last=False), HOLD, gets=413
    ),
    "a refused key, and a body that never comes": shape(
        chat("content-length: 100", key="sk-nobody-knows", last=False), HOLD, gets=401
    ),
    "100-continue, and then nothing": shape(
        chat("content-length: 100", "expect: 100-continue"), HOLD, gets=408
    ),
    "a reset within the body": shape(chat("content-length: 100"), b"{", RESET, gets=()),
    "an end within the body": shape(chat("content-length: 100"), b"{", HALF_CLOSE, gets=()),
    "a body in a thousand parts": shape(
        chat(TE), *[b"1\r\n%c\r\n" % byte for byte in BODY], b"0\r\n\r\n", gets=200
    ),
}

LARGE: dict[str, Shape] = {
    "a body over the limit": shape(chat(body=b" " * (LIMIT + 1)), gets=413),
    "a body that says it has 2^60 bytes": shape(
        chat("content-length: 1152921504606846976"), gets=413
    ),
    "chunks over the limit": shape(chat(TE), *[chunked(b" " * 65_536, end=b"")] * 17, gets=413),
    "endless chunks": shape(chat(TE), Repeat(chunked(b" " * 65_536, end=b"")), gets=413),
    "endless chunks of a byte": shape(chat(TE), Repeat(b"1\r\n \r\n" * 10_000), gets=413),
    "endless trailers": shape(
        chat(TE), chunked(BODY, end=b"0\r\n"), Repeat(b"X-A: b\r\n" * 1_000), gets=431
    ),
    "an endless trailer": shape(
        chat(TE), chunked(BODY, end=b"0\r\n") + b"X-A: ", Repeat(b"b" * 10_000), gets=431
    ),
    "an endless chunk extension": shape(
        chat(TE), b"1;a=", Repeat(b"x" * 10_000), gets=[(431,), (400,)]
    ),
    "a chunk extension of 1 kB": shape(
        chat(TE), b"1;%b\r\n{\r\n0\r\n\r\n" % (b"x" * 1_000), gets=400
    ),
    "a gzip bomb": shape(packed("gzip", gzip.compress(bytes(10**8), 9)), gets=415),
    "a br bomb": shape(packed("br", brotli.compress(bytes(10**7))), gets=415),
    "a zstd bomb": shape(packed("zstd", zstandard.compress(bytes(10**8))), gets=415),
    "a deflate bomb": shape(packed("deflate", zlib.compress(bytes(10**8), 9)), gets=415),
    "gzip in gzip": shape(packed("gzip, gzip", gzip.compress(gzip.compress(BODY))), gets=415),
    "gzip over the limit": shape(packed("gzip", b"\x1f\x8b" + bytes(LIMIT)), gets=415),
    "gzip by transfer": shape(chat("transfer-encoding: gzip, chunked"), chunked(BODY), gets=400),
    "a coding nobody knows": shape(packed("rot13", BODY), gets=415),
}

SMUGGLED: dict[str, Shape] = {
    "length and chunks": shape(chat(TE, body=b"0\r\n\r\n") + HIDDEN, gets=400),
    "chunks and length": shape(chat(TE, "content-length: 5"), b"0\r\n\r\n" + HIDDEN, gets=400),
    "two lengths that agree": shape(chat("content-length: 2", body=b"{}"), gets=400),
    "two lengths that differ": shape(chat("content-length: 9", body=b"{}") + HIDDEN, gets=400),
    "a list of lengths": shape(chat("content-length: 2, 2"), b"{}", gets=400),
    "a length with a sign": shape(chat("content-length: +2"), b"{}", gets=400),
    "a negative length": shape(chat("content-length: -2"), b"{}", gets=400),
    "a length with letters": shape(chat("content-length: 2x"), b"{}", gets=400),
    "a length of a hundred digits": shape(chat("content-length: " + "9" * 100), gets=400),
    "no length at all": shape(chat() + HIDDEN, gets=400),
    "a coding that is not quite chunked": shape(chat("transfer-encoding: xchunked"), gets=400),
    "chunked, but not last": shape(chat("transfer-encoding: chunked, identity"), gets=400),
    "chunked twice": shape(chat(TE, TE), chunked(BODY), gets=400),
    "chunked with a space before the colon": shape(
        chat("transfer-encoding : chunked"), chunked(BODY), gets=400
    ),
    "chunked with a tab": shape(chat("transfer-encoding:\x0bchunked"), chunked(BODY), gets=400),
    "a chunk of 2^80": shape(chat(TE), b"100000000000000000000\r\nabc", gets=400),
    "a negative chunk": shape(chat(TE), b"-1\r\nabc", gets=400),
    "a chunk in hex by prefix": shape(chat(TE), b"0x2\r\n{}\r\n0\r\n\r\n", gets=400),
    "a chunk longer than it says": shape(chat(TE), b"1\r\n{}\r\n0\r\n\r\n", gets=400),
    "chunks ended by line feeds": shape(chat(TE), b"2\n{}\n0\n\n", gets=400),
    "a key in a trailer": shape(
        chat(TE, key=None),
        chunked(BODY, end=b"0\r\nAuthorization: Bearer sk-aig-mock\r\n\r\n"),
        gets=401,
    ),
    "another key in a trailer": shape(
        chat(TE), chunked(BODY, end=b"0\r\nAuthorization: Bearer sk-nobody\r\n\r\n"), gets=200
    ),
    "a length in a trailer": shape(
        chat(TE), chunked(BODY, end=b"0\r\nContent-Length: 99\r\n\r\n"), gets=[(200,), (400,)]
    ),
    "a request behind the last": shape(head() + HIDDEN, gets=200),
    "a body on GET": shape(head("GET", "/healthz", "content-length: 5") + b"hello", gets=200),
}

PIPELINED: dict[str, Shape] = {
    "fifty requests at once": shape(PLAIN * 49 + head(), gets=(200,) * 50),
    "nonsense behind a request": shape(PLAIN + b"nonsense\r\n\r\n", gets=(200, 400)),
    "nonsense behind a stream": shape(
        chat(body=STREAM, last=False) + b"nonsense\r\n\r\n", gets=(200, 400)
    ),
    "two hosts behind a stream": shape(
        chat(body=STREAM, last=False) + b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        gets=(200, 400),
    ),
    "half a request behind a stream": shape(
        chat(body=STREAM, last=False), Pause(0.05), b"GET / HT", HOLD, gets=(200, 408)
    ),
    "half a body behind a stream": shape(
        chat(body=STREAM, last=False) + chat("content-length: 100"), HOLD, gets=(200, 408)
    ),
    "ten thousand requests behind a stream": shape(
        chat(body=STREAM, last=False) + PLAIN * 10_000, gets=(200,) * 65 + (429,), says="Await"
    ),
}

BODIES = {**SLOW, **LARGE, **SMUGGLED, **PIPELINED}
