"""Envelope: headers, media types and framings around a body. Knows nothing of the body."""

from __future__ import annotations

import random
from dataclasses import replace

from conformance.exchange import Manner, Request, Sending, Wire

MEDIA_TYPES = (
    "application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8; x=y",
    "application/json ;q=1", "text/plain", "application/x-www-form-urlencoded", "text/json", "",
    "application/xml", "multipart/form-data", "application/json, text/plain", "json", "*/*",
)  # fmt: skip
HEADERS = (
    ("Accept", "text/event-stream"), ("Accept", "application/json"), ("Accept", "image/png"),
    ("Accept", ""), ("Accept-Encoding", "gzip"), ("Accept-Language", "tlh"), ("Range", "bytes=0-1"),
    ("X-Request-Id", "fuzz-1"), ("X-Request-Id", "a b\tc"), ("X-Request-Id", "x" * 4000),
    ("Origin", "https://example.org"), ("Cookie", "a=b; c"), ("If-None-Match", "*"),
    ("X-Forwarded-For", "127.0.0.1"), ("Connection", "close"), ("X-Unknown", "é" * 100),
    ("OpenAI-Organization", "org"), ("OpenAI-Beta", "x=1"), ("Content-Encoding", "gzip"),
    ("Content-Encoding", "identity"), ("Content-Language", "en"), ("Pragma", "no-cache"),
    ("X-Http-Method-Override", "DELETE"), ("X-Stainless-Retry-Count", "1"),
)  # fmt: skip
LIMIT = 1.0
"""Seconds until an exchange with a body that never ends is given up."""


DRESSES: tuple[tuple[str, str], ...] = (
    *(("Content-Type", label) for label in MEDIA_TYPES),
    *HEADERS,
)
MANNERS = (
    Manner(byte_by_byte=True),
    Manner(pause=0.05),
    *(Manner(close_after_events=events) for events in range(1, 13)),
)


def dressed(dress: tuple[str, str], request: Request) -> Request:
    """Return the request with another header or media type."""
    name = dress[0].lower()
    others = [pair for pair in request.headers if pair[0].lower() != name]
    return replace(request, headers=(*others, dress))


def framed(kind: int, dice: random.Random, request: Request) -> Request:
    """Return the request in one of `FRAMINGS`: legal ones, and lengths that lie."""
    length = len(request.body or b"")
    cuts = tuple(sorted(dice.randrange(length + 1) for _ in range(dice.randrange(4))))
    short = length < 400
    sending = (
        Sending(chunks=cuts),
        Sending(chunks=tuple(range(1, min(length, 60)))),
        Sending(expect_continue=True),
        Sending(chunks=cuts, expect_continue=True),
        Sending(chunks=cuts, byte_by_byte=short),
        Sending(byte_by_byte=short),
        Sending(content_length=str(max(0, length - dice.randrange(1, 20)))),
        Sending(content_length=dice.choice(("", "-1", "abc", "0", "1e3", "+5"))),
        Sending(content_length=str(length + dice.randrange(1, 20))),
        Sending(pipelined=True),
    )[kind]
    limit = LIMIT if sending.content_length is not None else request.timeout
    return replace(request, sending=sending, wire=Wire.SOCKET, timeout=limit)


FRAMINGS = 10
"""How many framings `framed` knows."""


def read_cruelly(manner: Manner, request: Request) -> Request:
    """Return the request with an odd manner of reading: slowly, in pauses, or not to the end."""
    return replace(request, manner=manner, wire=Wire.SOCKET)


OPEN = "open"
"""The meaning of headers or a framing of which nobody can say what they do to a request."""
PLAIN = ("Content-Type", "application/json")


def meaning(request: Request) -> str:
    """Return what headers and framing mean.

    Empty for the usual ones; the requirement that wants them read like those; a media type that
    decides; or OPEN.
    """
    headers = [pair for pair in request.headers if pair != PLAIN]
    framing = _framing(request.sending)
    if not headers:
        return framing if len(request.headers) == 1 else OPEN
    if framing or len(headers) > 1:
        return OPEN
    if len(request.headers) == 1:
        return _label(headers[0])
    return _header(*headers[0])


def _framing(sending: Sending) -> str:
    if sending in (Sending(), Sending(pipelined=True)):
        return ""
    if sending.content_length is not None:
        return OPEN
    if sending.expect_continue:
        return "transport.expect-continue"
    return "transport.split-request" if sending.chunks is None else "transport.chunked-request"


def _label(header: tuple[str, str]) -> str:
    name, value = header
    if name.lower() != "content-type":
        return OPEN
    if value == "application/json; charset=utf-8":
        return "transport.media-type-parameters"
    if value in ("Application/JSON", "APPLICATION/JSON"):
        return "transport.media-type-case"
    return value if value in ("text/plain", "application/x-www-form-urlencoded") else OPEN


def _header(name: str, value: str) -> str:
    if name.lower().startswith(("x-stainless-", "x-unknown", "openai-")) and value.isascii():
        return "transport.unknown-headers"
    return OPEN


def may_fail(sending: Sending) -> bool:
    """Tell whether silence or a reset is in order: who is asked twice at once may answer once."""
    return lies(sending) or sending.pipelined


def lies(sending: Sending) -> bool:
    """Tell whether a framing is one that a server may answer with silence."""
    return sending.content_length is not None
