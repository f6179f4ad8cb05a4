"""Reader: an answer's raw bytes into what the recorder notes; h11's only importer. No sockets.

The library decides what is HTTP. What it refuses is reported as `malformed` with its words, and
the bytes so far are kept; what it tidies up (header order, case, repeats) is read from the bytes.
"""

from __future__ import annotations

import re

import h11

from conformance.exchange import MAX_BODY, Ending
from conformance.wire.recorder import Pairs, Recorder, in_our_words
from conformance.wire.settings import MAX_HEAD


class Reader:
    """Feeds a recorder; its `Finished` passes through."""

    def __init__(self, method: bytes, recorder: Recorder, skip: int = 0) -> None:
        """`skip`: how many answers come first that belong to other requests."""
        self._recorder = recorder
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        known = method if re.fullmatch(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+", method) else b"GET"
        self._method = known
        self._skip = skip
        self._skipped = 0
        self._expect()
        self._head = bytearray()
        self._chunk: int | None = None
        self._any = False
        self.interim = False
        """Whether a 1xx answer has come."""

    def _expect(self) -> None:
        # The library never sees what is really sent; it only has to know that an answer is due.
        request = h11.Request(method=self._method, target="/", headers=[("Host", "-")])
        self._connection.send(request)
        self._connection.send(h11.EndOfMessage())

    @property
    def begun(self) -> bool:
        """Whether any byte has come."""
        return self._any

    def feed(self, data: bytes) -> None:
        """Take bytes as they came; empty at the end of the connection."""
        if data:
            self._any = True
        elif not self._any:
            self._recorder.end(Ending.INCOMPLETE, "the connection closed before an answer")
        if self._recorder.status is None and data and not self._skip:
            self._head += data
        try:
            self._connection.receive_data(data)
            while self._step(self._connection.next_event()):
                pass
        except h11.RemoteProtocolError as error:
            self._refused(error, at_end=not data)
        if self._connection.their_state is h11.SWITCHED_PROTOCOL:
            # A tunnel: what comes now is no HTTP, and to the library neither is the end.
            self._recorder.complete([], len(self._connection.trailing_data[0]))
        if not data:
            self._recorder.end(Ending.INCOMPLETE, "the connection closed within the answer")

    def _step(self, event: object) -> bool:
        if self._skip:
            return self._step_over(event)
        match event:
            case h11.InformationalResponse():
                self._recorder.interim(event.status_code)
                self.interim = True
                self._take_head()
                if event.status_code == 101:
                    self._recorder.end(Ending.MALFORMED, "switched protocols unasked")
            case h11.Response():
                version = "HTTP/" + event.http_version.decode()
                self._recorder.answer(event.status_code, version, _fields(self._take_head()))
            case h11.Data():
                if event.chunk_start:
                    self._chunk = 0 if self._chunk is None else self._chunk + 1
                self._recorder.piece(bytes(event.data), self._chunk)
            case h11.EndOfMessage():
                extra = len(self._connection.trailing_data[0])
                self._recorder.complete(list(event.headers.raw_items()), extra)
            case _:
                return False
        return True

    def _step_over(self, event: object) -> bool:
        """Take what belongs to an answer before ours."""
        match event:
            case h11.Data():
                self._skipped += len(event.data)
                if self._skipped > MAX_BODY:
                    self._recorder.end(Ending.TOO_LARGE, "the answer before it never ends")
            case h11.EndOfMessage():
                self._skip -= 1
                if self._connection.their_state is h11.MUST_CLOSE:
                    self._recorder.end(Ending.INCOMPLETE, "closed after the answer before it")
                self._connection.start_next_cycle()
                self._expect()
                if not self._skip:
                    self._head += self._connection.trailing_data[0]
            case h11.InformationalResponse() | h11.Response():
                pass
            case _:
                return False
        return True

    def _take_head(self) -> bytes:
        """Return the bytes of the head just read, and forget them."""
        rest = len(self._connection.trailing_data[0])
        head = bytes(self._head[: len(self._head) - rest])
        del self._head[: len(head)]
        return head

    def _refused(self, error: h11.RemoteProtocolError, at_end: bool) -> None:
        text = in_our_words(str(error))
        unread = bytes(self._connection.trailing_data[0])
        if self._recorder.status is None:
            # The library may have taken the bad lines out of its buffer already.
            unread = bytes(self._head)
            if at_end and b"HTTP/".startswith(unread[:5]):
                self._recorder.end(Ending.INCOMPLETE, "the connection closed within the headers")
        elif at_end and ("peer closed" in text or "connection closed" in text):
            self._recorder.end(Ending.INCOMPLETE, text)
        if error.error_status_hint == 431:
            self._recorder.end(Ending.TOO_LARGE, "headers, or one chunk's header, never end")
        self._recorder.piece(unread, self._chunk)
        self._recorder.end(Ending.MALFORMED, text)


def _fields(head: bytes) -> Pairs:
    """Return the header lines as they came; folded ones are joined by a space."""
    fields: Pairs = []
    for line in re.split(rb"\r?\n", head.strip(b"\r\n"))[1:]:
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, value + b" " + line.strip(b" \t"))
        elif b":" in line:
            name, _, value = line.partition(b":")
            fields.append((name, value.strip(b" \t")))
    return fields
