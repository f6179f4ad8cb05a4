"""Conversations about HTTP itself: labels, methods, lengths, names of calls, browsers.

Judge nothing. What is neither GET, HEAD nor chat is sent only where writing is allowed.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.exchange import Request, Sending, Wire
from conformance.probe import Probe, Script, ask, read, recall, together
from conformance.scene import CHAT, Scene
from openapi import contract

HELLO = "Say hello."
CAP = 8
TYPE = "Content-Type"
IDENTITY = "X-Request-Id"
PLAIN = "baseline/plain"
"""The ordinary request that the others here are spelt differently from."""
STAINLESS = {
    "User-Agent": "OpenAI/Python 1.99.9",
    "X-Stainless-Lang": "python",
    "X-Stainless-Package-Version": "1.99.9",
    "X-Stainless-OS": "Linux",
    "X-Stainless-Arch": "x64",
    "X-Stainless-Runtime": "CPython",
    "X-Stainless-Runtime-Version": "3.12.4",
    "X-Stainless-Async": "false",
    "X-Stainless-Retry-Count": "0",
    "X-Stainless-Read-Timeout": "600",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
"""What an SDK of OpenAI and a tracer beside it send with every call."""


def hello(
    scene: Scene, label: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Request:
    """Return the same small greedy request under any label."""
    return scene.chat(label, HELLO, max_tokens=CAP, temperature=0, headers=headers, **more)


def sent(request: Request, sending: Sending) -> Request:
    """Return a request that is put on the wire in another way."""
    return replace(request, sending=sending, wire=Wire.SOCKET)


def unlabelled(request: Request) -> Request:
    """Return a request without Content-Type."""
    kept = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
    return replace(request, headers=kept)


def compressed(request: Request) -> Request:
    """Return a request whose body is gzipped, and says so."""
    body = gzip.compress(request.body or b"", mtime=0)
    return replace(request, body=body, headers=(*request.headers, ("Content-Encoding", "gzip")))


DRESSED = "dressed"
"""Label of the request that is sent in every legal dress at once; alone each where it fails."""


def _labels(scene: Scene) -> Script:
    yield from recall(PLAIN)
    wire = Wire.SOCKET  # The pool writes the names of headers in its own way.
    dress = {"CONTENT-TYPE": "Application/JSON;charset=UTF-8"}
    dressed = yield from read(hello(scene, DRESSED, dress, wire=wire), scene)
    if not dressed.ok:
        yield from together(
            [
                hello(scene, "parameter", {TYPE: "application/json; charset=utf-8"}),
                hello(scene, "parameter-tight", {TYPE: "application/json;charset=utf-8"}),
                hello(scene, "capitals", {TYPE: "Application/JSON"}),
                hello(scene, "capital-parameter", {TYPE: "application/json; charset=UTF-8"}),
                hello(scene, "loud", {"CONTENT-TYPE": "application/json"}, wire=wire),
            ]
        )
    yield from together(
        [
            hello(scene, "text", {TYPE: "text/plain"}),
            hello(scene, "form", {TYPE: "application/x-www-form-urlencoded"}),
            unlabelled(hello(scene, "unlabelled")),
            compressed(hello(scene, "compressed")),
        ]
    )


LABELS = Probe("labels", _labels, needs=("chat",))
CLOSING = {"Connection": "close"}
"""Lets the edge see whatever comes behind the end of a message."""
QUERY = f"{CHAT}?api-version=2024-10-21"


def _headers(scene: Scene) -> Script:
    """What clients send beside the body: all of it at once, and each alone where that fails."""
    events, tag = {"Accept": "text/event-stream"}, {"x-aig-tag": "n" * 64}
    document = {"Accept": "application/json"}
    yield from recall(PLAIN)
    dress = {**STAINLESS, **events, **tag}
    dressed = yield from read(replace(hello(scene, DRESSED, dress), path=QUERY), scene)
    if not dressed.ok or dressed.is_stream:
        yield from together(
            [
                hello(scene, "stainless", STAINLESS),
                hello(scene, "events", events),
                hello(scene, "tag", tag),
                replace(hello(scene, "query"), path=QUERY),
            ]
        )
    if scene.has("streaming"):
        dress = {**STAINLESS, **document}
        dressed = yield from read(hello(scene, f"{DRESSED}-stream", dress, stream=True), scene)
        if not dressed.ok or not dressed.is_stream:
            yield from together(
                [
                    hello(scene, "stainless-stream", STAINLESS, stream=True),
                    hello(scene, "json", document, stream=True),
                ]
            )


HEADERS = Probe("headers", _headers, needs=("chat",))


def _bodies(scene: Scene) -> Script:
    yield from recall(PLAIN)
    yield from together(
        [
            sent(hello(scene, "chunked"), Sending(chunks=(7, 30))),
            sent(hello(scene, "pieces", CLOSING), Sending(byte_by_byte=True)),
            sent(hello(scene, "expect"), Sending(expect_continue=True)),
        ]
    )


BODIES = Probe("bodies", _bodies, needs=("chat",))


def _sizes(scene: Scene) -> Script:
    facts = contract().model
    if facts is None:
        return
    limit = facts.body_limit
    for label, size, sending in (
        ("full", limit, Sending()),
        ("over", limit + 1, Sending()),
        ("over-chunked", limit + 1, Sending(chunks=(65_536, limit))),
    ):
        small = hello(scene, label)
        # Blanks behind the object are JSON, so that nothing but the size can be at fault.
        body = (small.body or b"").ljust(size)
        yield from ask(sent(replace(small, body=body), sending))


SIZES = Probe("sizes", _sizes, needs=("chat",))


def _paths(scene: Scene) -> Script:
    name = f"nothing-{scene.random('paths').randrange(16**8):08x}"
    found = [
        scene.get("unknown", f"/{name}"),
        scene.get("unknown-below", f"{CHAT}/{name}"),
        scene.get("method-get", CHAT),
    ]
    if scene.has("writes"):
        found += [scene.get(f"method-{verb.lower()}", CHAT, method=verb) for verb in WRITING]
        found.append(replace(hello(scene, "unknown-post"), path=f"/{name}"))
    if scene.setting.scope == "gateway":
        for label, path in (("health", "/healthz"), ("contract", "/openapi.json")):
            found.append(scene.get(label, path, authorization=None, at_root=True))
    yield from together(found)


WRITING = ("PUT", "PATCH", "DELETE")
PATHS = Probe("paths", _paths)


def _names(scene: Scene) -> Script:
    own = f"gonogo-{scene.random('names').randrange(16**12):012x}"
    yield from recall(PLAIN)
    yield from together(
        [
            hello(scene, "safe", {IDENTITY: own}),
            scene.post("safe-refused", b"{", headers={IDENTITY: f"{own}-2"}),
            hello(scene, "long", {IDENTITY: "a" * 5000}),
            hello(scene, "unsafe", {IDENTITY: 'order <b>"1"</b>; path=/'}),
        ]
    )


NAMES = Probe("names", _names, needs=("chat",))


def _closings(scene: Scene) -> Script:
    yield from recall("baseline/models")
    yield from ask(scene.get("head", "/models", method="HEAD", headers=CLOSING, wire=Wire.SOCKET))


CLOSINGS = Probe("closings", _closings)

ORIGIN = "https://console.example"


def _browser(scene: Scene) -> Script:
    origin = {"Origin": ORIGIN}
    yield from ask(hello(scene, "answer", origin))
    if scene.has("streaming"):
        yield from ask(hello(scene, "answer-stream", origin, stream=True))
    yield from ask(scene.post("refused", b"{", headers=origin))
    yield from ask(hello(scene, "refused-key", origin, authorization=None))
    if scene.setting.scope == "gateway":
        yield from ask(scene.get("answer-models", "/models", headers=origin))
    if scene.has("writes"):
        asking = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        first = {**origin, **asking}
        yield from together(
            [
                scene.get("preflight", CHAT, method="OPTIONS", headers=first, authorization=None),
                scene.get("options", CHAT, method="OPTIONS"),
            ]
        )


BROWSER = Probe("browser", _browser, needs=("chat",))


GUESTS = ("a lighthouse keeper", "a slow river", "an old violin", "a desert railway")


def about(topic: str) -> str:
    """Return a prompt whose answer nobody takes for another's."""
    return f"Write one sentence about {topic}."


def _one_connection(scene: Scene) -> Script:
    """One request after the other, so that the pool uses one connection for all of them.

    Each right one is another question, since a cache may give equal ones one and the same answer.
    """

    def right(turn: int) -> Request:
        return scene.chat(f"right-{turn}", about(GUESTS[turn - 1]), temperature=0, max_tokens=16)

    for turn in (1, 2):
        yield from ask(scene.post(f"wrong-{turn}", b'{"model": '))
        yield from ask(right(turn))
    yield from ask(scene.get("models", "/models"))
    yield from ask(right(3))
    yield from ask(hello(scene, "no-such-model", model="no-such-model-at-all"))
    yield from ask(right(4))


ONE_CONNECTION = Probe("one-connection", _one_connection, needs=("chat",), alone=True)
