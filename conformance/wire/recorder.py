"""Recorder: gathers what comes back, within the caps, into an Exchange. Opens no sockets."""

from __future__ import annotations

import os
import re
import socket
import ssl

from conformance.arrivals import Arrivals
from conformance.exchange import MAX_BODY, Ending, Exchange, Request
from conformance.redaction import Secrets
from conformance.wire.room import Room
from conformance.wire.settings import MAX_HEAD, MAX_INTERIM, MAX_PIECES, Clock

MAX_DETAIL = 300
"""Characters of a reason."""

Pairs = list[tuple[bytes, bytes]]


class Finished(Exception):
    """Enough was read; the ending is set."""


class Recorder:
    """One exchange while it lasts. `Finished` is raised by what brings it to its end."""

    def __init__(
        self,
        request: Request,
        secrets: Secrets,
        clock: Clock,
        total: float,
        room: Room | None = None,
    ) -> None:
        """`total`: seconds that may pass before the end, however busily bytes come.

        `room` is what all answers of a run share.
        """
        self.request = request
        self.total = total
        self.ending: Ending | None = None
        self.body = bytearray()
        self.status: int | None = None
        self._detail = ""
        self._extra = 0
        self._secrets = secrets
        self._room = room or Room()
        self._clock = clock
        self._began = clock.wall()
        self._started = self._sent = clock.steady()
        self._version = ""
        self._headers: Pairs = []
        self._trailers: Pairs = []
        self._interim: list[int] = []
        self._arrivals = Arrivals()
        self._headers_at: float | None = None
        self._events = EventCounter()

    def sent(self) -> None:
        """Take now as the moment when the request was sent."""
        self._began = self._clock.wall()
        self._sent = self._clock.steady()

    def _now(self) -> float:
        return max(0.0, self._clock.steady() - self._sent)

    def interim(self, status: int) -> None:
        """Note a 1xx answer."""
        if len(self._interim) >= MAX_INTERIM:
            self.end(Ending.TOO_LARGE, f"more than {MAX_INTERIM} interim answers")
        self._interim.append(status)

    def answer(self, status: int, version: str, headers: Pairs) -> None:
        """Note status line and headers."""
        self.status = status
        self._version = version
        self._headers = headers
        self._headers_at = self._now()
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEAD:
            self.end(Ending.TOO_LARGE, f"more than {MAX_HEAD} bytes of headers")

    def piece(self, data: bytes, chunk: int | None = None) -> None:
        """Note body bytes, which arrived just now."""
        if not data:
            return
        room = MAX_BODY - len(self.body)
        kept = data[:room]
        fits = self._room.grant(len(self.body), len(self._arrivals), len(kept))
        if kept:
            self._arrivals.add(len(self.body), self._now(), chunk)
            self.body += kept
        if len(data) > room:
            self.end(Ending.TOO_LARGE, f"the body is over {MAX_BODY} bytes")
        if not fits:
            self.end(Ending.TOO_LARGE, "the answers of this run are too large together")
        if self._clock.steady() - self._started > self.total:
            # The event loop cannot say so while there is always something to read.
            self.end(Ending.TIMEOUT, f"not over within {self.total:g} s")
        if len(self._arrivals) >= MAX_PIECES:
            self.end(Ending.TOO_LARGE, f"the body came in more than {MAX_PIECES} pieces")
        wanted = self.request.manner.close_after_events
        if wanted is not None and self._events.feed(kept) >= wanted:
            self.end(Ending.ABANDONED, f"closed on purpose after {self._events.count} events")

    def complete(self, trailers: Pairs, extra: int = 0) -> None:
        """Note that the message ended as its framing says."""
        self._trailers = trailers
        self.behind(extra)
        self.end(Ending.COMPLETE, self._detail)

    def behind(self, extra: int) -> None:
        """Note bytes that came behind the end of the message."""
        self._extra += extra
        if self._extra:
            self._detail = f"{self._extra} bytes came behind the end of the message"

    def end(self, ending: Ending, detail: str = "") -> None:
        """Set the ending, once, and raise `Finished`."""
        if self.ending is None:
            self.ending, self._detail = ending, detail
        raise Finished

    def exchange(self, ending: Ending | None = None, detail: str = "") -> Exchange:
        """Return the exchange, without secrets; the arguments count only if none was set."""
        if self.ending is None:
            self.ending, self._detail = ending or Ending.INCOMPLETE, detail
        encoding = next(
            (v.decode("latin-1") for n, v in self._headers if n.lower() == b"content-encoding"), ""
        )
        return Exchange(
            request=self.request,
            ending=self.ending,
            detail=printable(self._secrets.scrub_text(self._detail)),
            began=self._began,
            status=self.status,
            version=self._version,
            headers=self._pairs(self._headers),
            trailers=self._pairs(self._trailers),
            interim=tuple(self._interim),
            body=self._secrets.scrub_body(bytes(self.body), encoding),
            arrivals=self._arrivals,
            headers_at=self._headers_at,
            ended_at=self._now(),
        )

    def _pairs(self, pairs: Pairs) -> tuple[tuple[str, str], ...]:
        return self._secrets.scrub_headers(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs
        )


class EventCounter:
    """Counts blocks that a blank line ends, roughly: enough to know when to hang up."""

    _LINE_END = re.compile(rb"\r\n|\r|\n")

    def __init__(self) -> None:
        self.count = 0
        self._line = b""
        self._filled = False
        self._after_cr = False

    def feed(self, data: bytes) -> int:
        """Take more bytes and return how many events there are so far."""
        if not data:
            return self.count
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
        self._after_cr = data.endswith(b"\r")
        start = 0
        for found in self._LINE_END.finditer(data):
            line = self._line or data[start : found.start()][:1]
            if not line and self._filled:
                self.count += 1
                self._filled = False
            elif line and line != b":":
                self._filled = True
            self._line = b""
            start = found.end()
        self._line = self._line or data[start : start + 1]
        return self.count


def printable(text: str) -> str:
    """Return one short line that no terminal obeys."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= MAX_DETAIL else shown[: MAX_DETAIL - 1] + "…"


_PLAINER = (
    (re.compile(r"bytearray\((b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\")\)"), r"\1"),
    (re.compile(r"^illegal request line$"), "the answer does not begin as HTTP does"),
    (re.compile(r"^peer unexpectedly closed connection$"), "the connection closed within headers"),
    (re.compile(r"^Received server _SWITCH_UPGRADE.*"), "protocols were switched unasked"),
)


def in_our_words(text: str) -> str:
    """Say what h11 says, where it speaks of its own insides."""
    for pattern, plainer in _PLAINER:
        text = pattern.sub(plainer, text)
    return text


def root_cause(error: BaseException) -> str:
    """Say what lies at the bottom of an exception, without addresses or numbers of ours."""
    while True:
        deeper = error.__cause__ or error.__context__
        if isinstance(deeper, BaseExceptionGroup):
            deeper = deeper.exceptions[0]
        if deeper is None:
            break
        error = deeper
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate is refused: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS failed: {getattr(error, 'reason', None) or 'the connection was closed'}"
        case socket.gaierror():
            return "no such host"
        case OSError() if error.errno:
            return os.strerror(error.errno).lower()
        case _:
            return str(error) or type(error).__name__
