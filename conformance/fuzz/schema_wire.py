"""Schema wire: what the schema engine sends, as exchanges. The only door to `requests`.

The engine is shown what the evidence holds, and nothing else: an exchange is written down first and
then made into an answer of the engine's own kind. Hence a run is judged again, or gone on with,
by running the engine again with the recorded exchanges in the place of the first answers.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import requests
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import ProtocolError

from conformance.errors import EvidenceError
from conformance.excerpt import visible
from conformance.exchange import Ending, Exchange, Request
from conformance.fuzz import SPEC
from conformance.fuzz.blocking import Perform
from conformance.redaction import Secrets

CASE_HEADER = "X-Schemathesis-TestCaseId"
"""Under which the engine names a case to itself; it is not sent."""
OWN = "own"
"""Phase of the requests that the engine makes to find out about the server."""
_EDGE = frozenset({"host", "user-agent", "accept-encoding", "connection", "content-length",
                   CASE_HEADER.lower()})  # fmt: skip


class Refused(KeyboardInterrupt):
    """Ends the engine at once; it takes this base class for the user's wish to stop."""


@dataclass(slots=True)
class SchemaWire:
    """Performs what the engine sends, or answers it from a record."""

    base_path: str
    """Path of the base URL, without a slash at its end."""
    headers: Mapping[str, str]
    """That the engine was told to send always; they hold keys."""
    secrets: Secrets
    grant: Callable[[Request], Request | None]
    """Called before each request; returns it with its ceiling, or None to end the run."""
    took: Callable[[Exchange, bool], None]
    """Called with each exchange before it is judged, and whether it was recorded before."""
    perform: Perform | None = None
    """Sends a request; without it, what is not on record ends the run."""
    recorded: Iterable[Exchange] = ()
    """In the order in which they were made."""
    roots: frozenset[str] = frozenset()
    """Paths that the document puts beside its base URL; the engine sends them below it."""
    phase: str = OWN
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    """The engine's name of a case → its last exchange."""
    problem: EvidenceError | None = None
    """Why the record does not fit; the engine would swallow it, were it raised within."""
    _left: deque[Exchange] = field(default_factory=deque)
    _number: int = 0
    _last: tuple[str, int] = ("", 0)
    """The case that was sent last, and how often it was."""

    def __post_init__(self) -> None:
        self._left.extend(self.recorded)

    def send(self, message: requests.PreparedRequest) -> requests.Response:
        """Return the answer; raises the errors of `requests` for what is none."""
        case = str(message.headers.get(CASE_HEADER, ""))
        again = self._last[1] + 1 if case and case == self._last[0] else 1
        if again == 1:
            self._number += 1
        self._last = (case, again)
        label = f"{self.phase}-{self._number:06d}" + (f"-{again}" if again > 1 else "")
        exchange = self._exchange(self._request(message, label))
        self.exchanges[case] = exchange
        return answer(exchange, message)

    def _exchange(self, request: Request) -> Exchange:
        if self._left:
            return self._recorded(request)
        granted = self.grant(request) if self.perform is not None else None
        if granted is None or self.perform is None:
            raise Refused
        exchange = replace(self.perform(granted), probe=SPEC)
        self.took(exchange, False)
        return exchange

    def _recorded(self, request: Request) -> Exchange:
        exchange = self._left.popleft()
        then = exchange.request
        if (then.label, then.method, then.path) != (request.label, request.method, request.path):
            self.problem = EvidenceError(
                f"{_shown(then)} was recorded, and the same run would now send {_shown(request)}",
                hint="use the gonogo, the document and the options that recorded it",
            )
            raise Refused
        self.grant(then)
        self.took(exchange, True)
        return exchange

    def _request(self, message: requests.PreparedRequest, label: str) -> Request:
        pairs = [(name, _text(value)) for name, value in message.headers.items()]
        keyed = self.headers.get("Authorization")
        headers = [
            (name, value)
            for name, value in pairs
            if name.lower() not in _EDGE
            and (name.lower() != "authorization" or value != keyed)
            and self.headers.get(name) != value
        ]
        path, body = message.path_url, message.body
        below = path.startswith(self.base_path)
        path = path[len(self.base_path) :] if below else path
        return Request(
            label=label,
            method=str(message.method),
            path=self.secrets.scrub_text(path),
            headers=self.secrets.scrub_headers(headers),
            body=None if body is None else self.secrets.scrub(_bytes(body)),
            authorization="Bearer {valid}"
            if keyed and (("Authorization", keyed) in pairs)
            else None,
            at_root=not below or path.partition("?")[0] in self.roots,
        )


def adapter(wire: SchemaWire) -> requests.adapters.BaseAdapter:
    """Return what a session of `requests` is to be mounted with."""

    class Adapter(requests.adapters.BaseAdapter):
        def send(self, request: Any, *given: Any, **options: Any) -> requests.Response:
            return wire.send(request)

        def close(self) -> None:
            """Nothing is open."""

    return Adapter()


def answer(exchange: Exchange, message: requests.PreparedRequest) -> requests.Response:
    """Return an exchange as the engine's kind of answer; raises its kind of error for none."""
    streamed = any(
        name.lower() == "content-type" and "text/event-stream" in value.lower()
        for name, value in exchange.headers
    )
    cut = exchange.ending in (Ending.TIMEOUT, Ending.TOO_LARGE)
    if exchange.status is None or (cut and not streamed) or exchange.ending in _BROKEN:
        raise _error(exchange, message)
    raw = HTTPResponse(
        body=_Cut(exchange.body) if cut else io.BytesIO(exchange.body),
        headers=HTTPHeaderDict(list(exchange.headers)),
        status=exchange.status,
        version=10 if exchange.version == "HTTP/1.0" else 11,
        reason="",
        preload_content=False,
        decode_content=False,
        enforce_content_length=False,
        request_method=message.method,
    )
    return requests.adapters.HTTPAdapter().build_response(message, raw)


_BROKEN = frozenset({Ending.RESET, Ending.INCOMPLETE, Ending.REFUSED, Ending.MALFORMED})


class _Cut(io.BytesIO):
    """Bytes behind which nothing comes in time."""

    def read(self, size: int | None = -1, /) -> bytes:
        if data := super().read(size):
            return data
        raise TimeoutError

    def read1(self, size: int | None = -1, /) -> bytes:
        return self.read(size)


def _error(exchange: Exchange, message: requests.PreparedRequest) -> Exception:
    words = exchange.detail or exchange.ending.value
    if exchange.ending in (Ending.TIMEOUT, Ending.TOO_LARGE):
        # In the words of urllib3, from which the engine reads the seconds.
        late = TimeoutError(f"{words}. (read timeout={exchange.ended_at:.0f})")
        return requests.exceptions.ReadTimeout(late, request=message)
    if exchange.status is not None:
        return requests.exceptions.ChunkedEncodingError(ProtocolError(words), request=message)
    if exchange.ending in (Ending.RESET, Ending.INCOMPLETE):
        # In this form the engine takes it for noise, and sends the request once more.
        words, reason = "Connection aborted.", ConnectionResetError(words)
        return requests.exceptions.ConnectionError(ProtocolError(words, reason), request=message)
    return requests.exceptions.ConnectionError(ProtocolError(words), request=message)


def _shown(request: Request) -> str:
    return f"{request.label} ({request.method} {visible(request.path, 60)})"


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else b"".join(body)
