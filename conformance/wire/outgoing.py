"""Outgoing: a request as the bytes it will be. Knows no sockets and keeps no keys."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from conformance.errors import UsageError
from conformance.exchange import Request
from conformance.redaction import Secrets
from conformance.wire.settings import Settings

_UNSAFE = re.compile(rb"[\r\n\0]")
_KEPT = "%/:?#[]@!$&'()*+,;=-._~"
_WITH_BODY = {"POST", "PUT", "PATCH"}


class Unsendable(Exception):
    """The request cannot be put into one HTTP message; it is never sent."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the target listens."""

    tls: bool
    host: str
    """Without brackets, in ASCII."""
    port: int
    authority: str
    """As the Host header has it."""
    base_path: str
    """Path of the base URL without its last slash."""

    @property
    def url(self) -> str:
        """The base URL, without user, password or query."""
        return f"{'https' if self.tls else 'http'}://{self.authority}{self.base_path}"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request ready to be sent. Its headers hold keys: never print, store or return it."""

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes | None

    def __repr__(self) -> str:
        return f"Outgoing({self.method!r})"

    def head(self) -> bytes:
        """Return request line and headers as HTTP/1.1 writes them."""
        lines = [self.method + b" " + self.target + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers]
        return b"\r\n".join([*lines, b"", b""])


def origin(base_url: str) -> Origin:
    """Take a base URL apart; UsageError if it cannot be one."""
    hint = "a base URL looks like https://gateway.example/v1"
    try:
        parts = urlsplit(base_url.strip())
        host, port = parts.hostname or "", parts.port
        ascii_host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        raise UsageError("the URL cannot be read", where="target", hint=hint) from None
    if parts.scheme not in {"http", "https"} or not ascii_host:
        raise UsageError("the URL has no http:// or https:// host", where="target", hint=hint)
    if re.search(r"[\s\x00-\x20/\\@]", ascii_host):
        raise UsageError("the host of the URL cannot be one", where="target", hint=hint)
    tls = parts.scheme == "https"
    shown = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    return Origin(
        tls=tls,
        host=ascii_host,
        port=port if port is not None else (443 if tls else 80),
        authority=shown if port is None else f"{shown}:{port}",
        base_path=quote(parts.path.rstrip("/"), safe=_KEPT),
    )


def outgoing(request: Request, settings: Settings, where: Origin, secrets: Secrets) -> Outgoing:
    """Build what is sent; Unsendable if a line break or NUL would split the message.

    Raises InternalError when the request names a key that was not given.
    """
    path = request.path if request.at_root else where.base_path + request.path
    target = quote(path or "/", safe=_KEPT).encode()
    headers = tuple(_headers(request, settings, where, secrets))
    for name, value in headers:
        if _UNSAFE.search(name) or _UNSAFE.search(value) or not name:
            raise Unsendable("a header holds a line break or NUL")
    method = request.method.encode("ascii", "replace")
    if not re.fullmatch(rb"[!-~]+", method):
        raise Unsendable("the method is not a token")
    return Outgoing(method, target, headers, request.body)


def _headers(
    request: Request, settings: Settings, where: Origin, secrets: Secrets
) -> Iterator[tuple[bytes, bytes]]:
    own = [("Host", where.authority), ("User-Agent", settings.user_agent)]
    if request.authorization is not None:
        own.append(("Authorization", secrets.fill(request.authorization)))
    own.append(("Accept-Encoding", "identity"))
    own += settings.headers
    own += _framing(request)
    given = {name.lower() for name, _ in request.headers}
    # A test of two Authorization headers must be possible, so that one is never replaced.
    kept = [(name, value) for name, value in own if name.lower() not in given - {"authorization"}]
    for name, value in [*kept, *request.headers]:
        yield name.encode("latin-1", "replace"), _bytes(value)


def _framing(request: Request) -> list[tuple[str, str]]:
    sending = request.sending
    framing = [("Expect", "100-continue")] if sending.expect_continue else []
    if sending.chunks is not None:
        framing.append(("Transfer-Encoding", "chunked"))
    if sending.content_length is not None:
        if sending.content_length:
            framing.append(("Content-Length", sending.content_length))
    elif sending.chunks is None and (request.body is not None or request.method in _WITH_BODY):
        framing.append(("Content-Length", str(len(request.body or b""))))
    return framing


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def chunked(body: bytes, cuts: tuple[int, ...]) -> Iterator[bytes]:
    """Yield a body as HTTP chunks, cut at offsets, with the last-chunk at its end."""
    edges = sorted({cut for cut in cuts if 0 < cut < len(body)} | {0, len(body)})
    for start, end in itertools.pairwise(edges):
        yield b"%x\r\n" % (end - start) + body[start:end] + b"\r\n"
    yield b"0\r\n\r\n"
