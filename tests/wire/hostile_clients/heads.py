"""Hostile heads: slow, endless, huge, ambiguous, or not HTTP at all."""

from __future__ import annotations

from tests.wire.hostile_clients.client import HALF_CLOSE
from tests.wire.hostile_clients.shape import Shape, chat, head, shape
from tests.wire.scripted_server import HOLD, RESET, Repeat

GET = b"GET /healthz HTTP/1.1\r\n"
HOST = b"Host: mock\r\n"
END = b"Connection: close\r\n\r\n"
OPEN = GET + HOST

SLOW: dict[str, Shape] = {
    "silence": shape(HOLD, gets=()),
    "half a method": shape(b"GE", HOLD, gets=408),
    "half a request line": shape(b"GET /v1/models?x=", HOLD, gets=408),
    "half a head": shape(OPEN + b"X-A: b\r\n", HOLD, gets=408),
    "half a header": shape(OPEN + b"X-A", HOLD, gets=408),
    "half a second head": shape(
        OPEN + b"\r\n", OPEN + b"X-A: b\r\n", HOLD, gets=(200, 408), says="in time"
    ),
    "a drip of a request line": shape(Repeat(b"GET"[:1], pause=0.02), gets=[(400,), (408,)]),
    "a drip of a path": shape(b"GET /", Repeat(b"a", pause=0.02), gets=408),
    "a drip of headers": shape(OPEN, Repeat(b"X: y\r\n", pause=0.02), gets=[(408,), (431,)]),
    "a drip of one header": shape(OPEN + b"X: ", Repeat(b"y", pause=0.02), gets=408),
    "a drip of empty lines": shape(Repeat(b"\r\n", pause=0.02), gets=()),
    "half a TLS hello": shape(b"\x16\x03\x01", HOLD, gets=400),
    "an end at once": shape(HALF_CLOSE, gets=()),
    "a reset at once": shape(RESET, gets=()),
    "a reset within the head": shape(OPEN, RESET, gets=()),
    "an end within the head": shape(OPEN, HALF_CLOSE, gets=()),
    "an end behind the request": shape(head(), HALF_CLOSE, gets=[(200,), ()]),
}

HUGE: dict[str, Shape] = {
    "an endless method": shape(Repeat(b"A" * 10_000), gets=400),
    "an endless path": shape(b"GET /", Repeat(b"a" * 10_000), gets=431),
    "an endless query": shape(b"GET /healthz?", Repeat(b"a=b&" * 2_500), gets=431),
    "an endless header": shape(OPEN + b"X-A: ", Repeat(b"a" * 10_000), gets=431),
    "an endless name": shape(OPEN, Repeat(b"a" * 10_000), gets=431),
    "endless headers": shape(OPEN, Repeat(b"X-A: b\r\n" * 1_000), gets=431),
    "endless empty lines": shape(Repeat(b"\r\n" * 5_000), gets=431),
    "twenty thousand headers": shape(OPEN + b"A:b\r\n" * 20_000 + END, gets=431),
    "300 headers": shape(OPEN + b"A: b\r\n" * 300 + END, gets=431, says="256 lines"),
    "a head of 200 kB": shape(OPEN + b"X-A: %b\r\n" % (b"a" * 200_000) + END, gets=431),
    "a head of 70 kB": shape(OPEN + b"X-A: %b\r\n" % (b"a" * 70_000) + END, gets=431),
    "a head of 60 kB": shape(OPEN + b"X-A: %b\r\n" % (b"a" * 60_000) + END, gets=200),
    "a path of 60 kB": shape(head(path="/" + "a" * 60_000), gets=404),
    "a key of 60 kB": shape(chat(key="k" * 60_000, body=b"{}"), gets=401),
    "200 keys": shape(head("GET", "/v1/models", *["authorization: Bearer k"] * 200), gets=400),
    "cookies of 60 kB": shape(head("GET", "/healthz", "cookie: " + "a=b;" * 15_000), gets=200),
}

ODD: dict[str, Shape] = {
    "no host": shape(GET + END, gets=400, says="'host' is missing"),
    "two hosts": shape(OPEN + HOST + END, gets=400, says="more than once"),
    "two hosts that differ": shape(OPEN + b"Host: other\r\n" + END, gets=400),
    "an empty host": shape(GET + b"Host:\r\n" + END, gets=200),
    "a host of bytes": shape(GET + b"Host: \xff\xfe\r\n" + END, gets=200),
    "no host in HTTP/1.0": shape(b"GET /healthz HTTP/1.0\r\n\r\n", gets=200),
    "two keys": shape(
        chat("authorization: Bearer sk-somebody-else", body=b"{}"), gets=400, says="authorization"
    ),
    "two keys, the first unknown": shape(
        head("GET", "/v1/models", "Authorization: Bearer x", "Authorization: Bearer sk-aig-mock"),
        gets=400,
    ),
    "two media types": shape(chat("content-type: text/plain", body=b"{}"), gets=400),
    "HTTP/0.9": shape(b"GET /healthz\r\n\r\n", gets=400),
    "HTTP/0.9 by name": shape(b"GET /healthz HTTP/0.9\r\nhost: a\r\n\r\n", gets=400),
    "HTTP/2 by name": shape(b"GET /healthz HTTP/2.0\r\nhost: a\r\n\r\n", gets=400),
    "HTTP/9.9": shape(b"GET /healthz HTTP/9.9\r\nhost: a\r\n\r\n", gets=400),
    "HTTP/1.12345": shape(b"GET /healthz HTTP/1.12345\r\nhost: a\r\n\r\n", gets=400),
    "an HTTP/2 preface": shape(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), gets=400),
    "an SSH banner": shape(b"SSH-2.0-OpenSSH_9.6\r\n", gets=400),
    "a TLS hello": shape(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), gets=400),
    "random bytes": shape(bytes(range(256)) * 40, gets=400),
    "NUL bytes": shape(bytes(1_000), gets=400),
    "NUL in a header": shape(OPEN + b"X-A: a\0b\r\n" + END, gets=400),
    "NUL in a path": shape(b"GET /\0 HTTP/1.1\r\nHost: a\r\n" + END, gets=400),
    "a bare carriage return": shape(OPEN + b"X-A: a\rX-B: b\r\n" + END, gets=400),
    "bare line feeds": shape(b"GET /healthz HTTP/1.1\nHost: a\n\n", gets=400),
    "a folded header": shape(OPEN + b"X-A: a\r\n b\r\n" + END, gets=400),
    "a fold at the start": shape(GET + b" x: y\r\n" + HOST + END, gets=400),
    "a space before the colon": shape(GET + b"Host : a\r\n" + END, gets=400),
    "a header without a name": shape(OPEN + b": a\r\n" + END, gets=400),
    "a header without a colon": shape(OPEN + b"nonsense\r\n" + END, gets=400),
    "a method in small letters": shape(b"get /healthz HTTP/1.1\r\nHost: a\r\n" + END, gets=400),
    "a method nobody knows": shape(b"BREW /healthz HTTP/1.1\r\nHost: a\r\n" + END, gets=400),
    "no path": shape(b"GET  HTTP/1.1\r\nHost: a\r\n" + END, gets=400),
    "words behind the version": shape(b"GET / HTTP/1.1 x\r\nHost: a\r\n" + END, gets=400),
    "a tab for a space": shape(b"GET\t/healthz HTTP/1.1\r\nHost: a\r\n" + END, gets=400),
    "CONNECT": shape(head("CONNECT", "mock:443"), gets=400),
    "TRACE": shape(head("TRACE", "/healthz"), gets=405),
    "a star": shape(head("OPTIONS", "*"), gets=[(400,), (404,)]),
    "a whole address": shape(head("GET", "http://mock/healthz"), gets=200),
    "a whole address without a path": shape(head("GET", "http://mock"), gets=404),
    "an address that is none": shape(head("GET", "http://"), gets=400),
    "an address that is none, with a body to come": shape(
        head("POST", "http://", "content-length: 5"), gets=400
    ),
    "an upgrade to WebSocket": shape(
        head("GET", "/healthz", "connection: upgrade", "upgrade: websocket"), gets=200
    ),
    "an upgrade to HTTP/2": shape(
        head("GET", "/healthz", "upgrade: h2c", "http2-settings: AAMAAABk"), gets=200
    ),
    "an expectation nobody knows": shape(head("GET", "/healthz", "expect: wonders"), gets=200),
}

HEADS = {**SLOW, **HUGE, **ODD}
