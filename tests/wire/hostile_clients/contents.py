"""Hostile contents in a sound frame: paths, headers and JSON that mean harm."""

from __future__ import annotations

import json

from tests.wire.hostile_clients.shape import Shape, chat, head, shape
from tests.wire.serving import HELLO, MODEL

PATHS: dict[str, int] = {
    "/../../../../etc/passwd": 404,
    "/%2e%2e/%2e%2e/etc/passwd": 404,
    "/..%2f..%2fetc%2fpasswd": 404,
    "/%252e%252e%252fetc%252fpasswd": 404,
    "/v1/files/jobs/..%2f..%2f..%2fetc/passwd": 404,
    "/v1/models/..%2f..%2fetc%2fpasswd": 404,
    "/v1/%c0%ae%c0%ae/%c0%af/etc/passwd": 404,
    "/..\\..\\windows\\win.ini": 404,
    "//etc/passwd": 404,
    "/v1/models/%00": 404,
    "/v1/models/a%0d%0aset-cookie:%20a=b": 404,
    "/v1/models/%1b[2J": 404,
    "/v1/models/%zz": 404,
    "/v1/models/%": 404,
    "/v1/models/%ff%fe": 404,
    "/v1/models/%f0%9f%98%80": 404,
    "/v1/models/" + "%2f" * 5_000: 404,
    "/v1/models/" + "../" * 5_000: 404,
    "/healthz/;x=y": 404,
    "/healthz%20": 404,
    "/HEALTHZ": 404,
    "/healthz?" + "&".join(f"a{number}=b" for number in range(5_000)): 200,
    "/%5f_gonogo__/ledger": 401,
    "/__gonogo__/../v1/models": 401,
    "/__gonogo__/inspector/..%2f..%2fkeys.js": 401,
    "/__gonogo__/inspector/....js": 200,
    "/__gonogo__/as/x/__gonogo__/ledger": 400,
}
"""Each with the status that it gets."""
KEYED = "authorization: Bearer sk-aig-mock"

TRICKS = {
    f"the path {path[:40]}": shape(head("GET", path, KEYED), gets=PATHS[path]) for path in PATHS
}
TRICKS["bytes in a path"] = shape(b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", gets=400)
TRICKS["a key in a query"] = shape(head(path="/v1/models?key=sk-aig-mock"), gets=401)

BREAKS = "%0d%0aset-cookie: a=b"
HEADERS = {
    "an id with a line end": shape(head("GET", "/healthz", f"x-request-id: a{BREAKS}"), gets=200),
    "an id of bytes": shape(head("GET", "/healthz", "x-request-id: \xff\xfe\x80"), gets=200),
    "an id of 50 kB": shape(head("GET", "/healthz", "x-request-id: " + "a" * 50_000), gets=200),
    "a key as an id": shape(
        head("GET", "/v1/models", "authorization: Bearer sk-aig-mock", "x-request-id: sk-aig-mock"),
        gets=200,
    ),
    "a tag with a line end": shape(
        chat(f"x-aig-tag: a{BREAKS}", body=json.dumps(HELLO).encode()), gets=200
    ),
    "a tag of bytes": shape(chat("x-aig-tag: \xff\xfe", body=json.dumps(HELLO).encode()), gets=200),
    "headers to be allowed that break lines": shape(
        head(
            "OPTIONS",
            "/v1/chat/completions",
            "origin: http://evil.example",
            "access-control-request-method: POST",
            f"access-control-request-headers: a{BREAKS}\xff",
        ),
        gets=204,
    ),
    "a scheme nobody knows": shape(
        head("GET", "/v1/models", "authorization: Basic c2stYWlnLW1vY2s6"), gets=401
    ),
    "a key without a scheme": shape(
        head("GET", "/v1/models", "authorization: sk-aig-mock"), gets=401
    ),
    "a key of bytes": shape(
        head("GET", "/v1/models", "authorization: Bearer \xff\xfe\x80"), gets=401
    ),
    "two keys in one header": shape(
        head("GET", "/v1/models", "authorization: Bearer sk-aig-mock, Bearer sk-x"), gets=401
    ),
    "a media type of 50 kB": shape(
        head(
            "POST",
            "/v1/chat/completions",
            "authorization: Bearer sk-aig-mock",
            "content-type: application/json;" + "a" * 50_000,
            "content-length: 2",
        )
        + b"{}",
        gets=400,
    ),
    "forwarded lies": shape(
        head(
            "GET",
            "/healthz",
            "x-forwarded-for: 127.0.0.1",
            "x-forwarded-proto: https",
            "x-original-url: /__gonogo__/ledger",
            "x-http-method-override: DELETE",
        ),
        gets=200,
    ),
}


def say(content: object, **more: object) -> bytes:
    """Return a request for a completion with a hostile content."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": content}], **more}
    return chat(body=json.dumps(body).encode())


def nested(depth: int) -> object:
    """Return objects within objects."""
    value: object = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def raw(body: bytes) -> bytes:
    """Return a request for a completion with a body as it is."""
    return chat(body=body)


NAMED = (
    "x\r\nset-cookie: a=b",
    "\x1b[2J\x07",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "a" * 100_000,
    "../../etc/passwd",
    "%s%s%s%n",
    "${jndi:ldap://127.0.0.1/a}",
    "sk-aig-mock",
    "google/gemma-7b-it-lora:" + ":" * 1_000,
    "\ud800",
    "\0",
)
JSONS = {
    f"a model named {name[:20]!r}": shape(say("hi", model=name), gets=[(404,), (400,)])
    for name in NAMED
}
JSONS |= {
    "no JSON": shape(raw(b"hello"), gets=400),
    "an empty body": shape(raw(b""), gets=400),
    "JSON nested 100,000 deep": shape(raw(b"[" * 100_000), gets=400),
    "objects nested 50,000 deep": shape(raw(b'{"a":' * 50_000), gets=400),
    "messages nested 5,000 deep": shape(
        raw(b'{"model":"%b","messages":%b1%b}' % (MODEL.encode(), b"[" * 5_000, b"]" * 5_000)),
        gets=400,
    ),
    "a number of a million digits": shape(raw(b'{"seed":' + b"9" * 10**6 + b"}"), gets=400),
    "a number beyond all bounds": shape(raw(b'{"temperature":1e999999}'), gets=400),
    "NaN": shape(raw(b'{"temperature":NaN}'), gets=400),
    "invalid UTF-8": shape(raw(b'{"model":"\xff\xc0\x80\xed\xa0\x80"}'), gets=400),
    "UTF-16": shape(raw('{"model":"x"}'.encode("utf-16")), gets=400),
    "a byte order mark": shape(raw(b"\xef\xbb\xbf{}"), gets=400),
    "a lone surrogate": shape(say("\ud800 hi"), gets=[(200,), (400,)]),
    "NUL": shape(say("a\0b"), gets=[(200,), (400,)]),
    "duplicate names": shape(
        raw(b'{"model":"a","model":"b","messages":[]}'), gets=[(400,), (404,)]
    ),
    "100,000 messages": shape(
        raw(b'{"model":"x","messages":[%b{}]}' % (b"{}," * 100_000)), gets=400
    ),
    "50,000 unknown names": shape(
        raw(b"{%b}" % b",".join(b'"k%d":1' % number for number in range(50_000))), gets=400
    ),
    "a content of 900 kB": shape(say("a " * 450_000), gets=400),
    "a content of one letter, often": shape(say("a" * 900_000), gets=400),
    "a stop that never comes": shape(
        say("hi", stop="\u202e" * 1_000, max_tokens=5), gets=[(200,), (400,)]
    ),
    "more completions than are allowed": shape(say("hi", n=10**9), gets=400),
    "more tokens than are allowed": shape(say("hi", max_tokens=2**63), gets=400),
    "biases for everything": shape(
        say("hi", logit_bias={str(number): 1 for number in range(30_000)}), gets=[(200,), (400,)]
    ),
    "JSON nested 500 deep where nobody looks": shape(
        say("hi", metadata=nested(500)), gets=[(200,), (400,)]
    ),
    "JSON nested 500 deep where something is wrong": shape(say(1, metadata=nested(500)), gets=400),
    "a role of 900 kB": shape(
        raw(b'{"model":"x","messages":[{"role":"%b","content":""}]}' % (b"a" * 900_000)), gets=400
    ),
    "names with dunders": shape(
        say("hi", __class__={"__init__": 1}, **{"$ref": "#/"}), gets=[(200,), (400,)]
    ),
}

CONTENTS: dict[str, Shape] = {**TRICKS, **HEADERS, **JSONS}
