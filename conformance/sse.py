"""Server-sent events decoded to the letter of WHATWG HTML 9.2.6, with what was seen on the way.

Knows nothing of chat, of JSON or of what is allowed: observations are neutral, judges judge.

Any split of the same bytes gives the same events and the same observations. An event is handed
out by the very byte that dispatches it: of a CRLF, the CR. Hence `Event.end` lies behind that
byte, and the LF that may follow belongs to no event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from conformance import utf8
from conformance.event import Comment, Dataless, Decoded, Event, Ignored, Observations
from conformance.kept import MOST_KEPT, Kept

__all__ = [
    "Comment",
    "Dataless",
    "Decoded",
    "Decoder",
    "Event",
    "Ignored",
    "Observations",
    "decode",
]

_LONGEST_NAME = 64
_LONGEST_COMMENT = 200
_BOM = b"\xef\xbb\xbf"
_LINE_ENDS = re.compile(rb"(\r\n?|\n)([\r\n]*)")
_PLAIN = re.compile(rb"data(?:: ?|(?=\n))([^\r\n]*+)\n\n")
"""A block of one line of data, ended by LF: what nearly every event is."""


def decode(body: bytes) -> Decoded:
    """Decode a whole body at once."""
    decoder = Decoder()
    events = decoder.feed(body)
    observations = decoder.close()
    start = observations.tail_start
    return Decoded(tuple(events), observations, b"" if start is None else body[start:])


@dataclass(slots=True)
class _Block:
    """Lines since the last blank line."""

    start: int = 0
    at: int = 0
    lines: int = 0
    type: str = ""
    retry: int | None = None
    data: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


class Decoder:
    """Bytes in, events out, in time and memory linear in the bytes."""

    def __init__(self) -> None:
        self._offset = 0
        self._head: bytes | None = b""
        self._bom = False
        self._after_cr = False
        self._partial: list[bytes] = []
        self._partial_start = 0
        self._block = _Block()
        self._last_id = ""
        self._retry: int | None = None
        self._lf = self._cr = self._crlf = 0
        self._fields: dict[str, int] = {}
        self._comments = Kept[Comment]()
        self._dataless = Kept[Dataless]()
        self._ignored = Kept[Ignored]()
        self._invalid: list[int] = []
        self._invalid_count = 0
        self._replacements: list[int] = []
        self._replacement_count = 0

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events that they dispatch."""
        if self._head is not None:
            data = self._head + data
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._head = data
                return []
            self._head = None
            if data.startswith(_BOM):
                self._bom = True
                self._offset = len(_BOM)
                data = data[len(_BOM) :]
        return self._feed(data)

    def close(self) -> Observations:
        """Say that the body has ended, once; return what was seen in all of it."""
        if self._head:
            self._feed(self._head)
        seen = Observations(
            size=self._offset,
            bom=self._bom,
            lf=self._lf,
            cr=self._cr + self._after_cr,
            crlf=self._crlf,
            comments=tuple(self._comments.first),
            comment_count=self._comments.count,
            dataless=tuple(self._dataless.first),
            dataless_count=self._dataless.count,
            ignored=tuple(self._ignored.first),
            fields=tuple(self._fields.items()),
            last_id=self._last_id,
            retry=self._retry,
        )
        if self._partial:
            # A line that never ended has no effect, but the tail is described with it.
            self._line(b"".join(self._partial), self._partial_start)
        return replace(
            seen,
            invalid=tuple(self._invalid),
            invalid_count=self._invalid_count,
            replacements=tuple(self._replacements),
            replacement_count=self._replacement_count,
            tail_start=self._block.start if self._block.lines else None,
            undispatched=self._event(self._offset) if self._block.data else None,
        )

    def _feed(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        base, position, size = self._offset, 0, len(data)
        if size and self._after_cr:
            self._after_cr = False
            if data.startswith(b"\n"):
                self._crlf += 1
                position = 1
            else:
                self._cr += 1
        while True:
            if not (self._block.lines or self._partial):
                position = self._plain(data, position, events)
            ends = _LINE_ENDS.search(data, position)
            if ends is None:
                break
            blank = ends.start(2)
            if ends.start() > position or self._partial:
                line, start = data[position : ends.start()], base + position
                if self._partial:
                    line, start = b"".join([*self._partial, line]), self._partial_start
                    self._partial.clear()
                self._line(line, start)
            else:
                blank = ends.start()
            position = ends.end()
            self._count(ends.group(), position == size)
            if blank < position and self._block.lines:
                event = self._dispatch(base + blank + 1)
                if event:
                    events.append(event)
        if position < size:
            if not self._partial:
                self._partial_start = base + position
            self._partial.append(data[position:])
        self._offset = base + size
        return events

    def _plain(self, data: bytes, position: int, events: list[Event]) -> int:
        """Take the plain blocks that begin here; return where they end. A shortcut, no more."""
        base, before = self._offset, len(events)
        while found := _PLAIN.match(data, position):
            line, at, end = found[1], base + found.start(1), found.end()
            text = line.decode() if line.isascii() else self._decode(line, at)
            events.append(
                Event(text, "message", self._last_id, None, base + position, base + end, at)
            )
            position = end
        count = len(events) - before
        if count:
            self._lf += 2 * count
            self._named("data", count)
        return position

    def _count(self, ends: bytes, last: bool) -> None:
        if b"\r" not in ends:
            self._lf += len(ends)
            return
        crlf = ends.count(b"\r\n")
        self._crlf += crlf
        self._lf += ends.count(b"\n") - crlf
        self._cr += ends.count(b"\r") - crlf
        if last and ends.endswith(b"\r"):
            self._after_cr = True
            self._cr -= 1

    def _line(self, line: bytes, start: int) -> None:
        block = self._block
        if not block.lines:
            block.start = start
        block.lines += 1
        text = line.decode() if line.isascii() else self._decode(line, start)
        if text.startswith(":"):
            if self._comments.full:
                self._comments.count += 1
            else:
                self._comments.add(Comment(start, text[1 : 1 + _LONGEST_COMMENT]))
            return
        name, colon, value = text.partition(":")
        space = value.startswith(" ")
        value = value[1:] if space else value
        self._name(name)
        match name:
            case "data":
                if not block.data:
                    block.at = start + len(name) + len(colon) + space
                block.data.append(value)
            case "event":
                block.type = value
            case "id" if "\0" not in value:
                self._last_id = value
            case "retry" if value.isascii() and value.isdigit():
                block.retry = self._retry = int(value) if len(value) <= 15 else 10**15
            case "id" | "retry":
                self._ignored.add(Ignored(start, name, value[:_LONGEST_COMMENT]))
            case _:
                pass

    def _name(self, name: str) -> None:
        name = name[:_LONGEST_NAME]
        self._named(name, 1)
        if len(self._block.names) < MOST_KEPT:
            self._block.names.append(name)

    def _named(self, name: str, count: int) -> None:
        if name in self._fields or len(self._fields) < MOST_KEPT:
            self._fields[name] = self._fields.get(name, 0) + count

    def _decode(self, line: bytes, start: int) -> str:
        text = utf8.decode(
            line, MOST_KEPT - len(self._invalid), MOST_KEPT - len(self._replacements)
        )
        self._invalid_count += text.invalid_count
        self._replacement_count += text.replacement_count
        if text.invalid or text.replacements:
            self._invalid.extend(start + offset for offset in text.invalid)
            self._replacements.extend(start + offset for offset in text.replacements)
        return text.value

    def _dispatch(self, end: int) -> Event | None:
        block = self._block
        event = self._event(end) if block.data else None
        if event is None:
            self._dataless.add(Dataless(block.start, end, tuple(block.names)))
        self._block = _Block()
        return event

    def _event(self, end: int) -> Event:
        block = self._block
        return Event(
            data="\n".join(block.data),
            event=block.type or "message",
            id=self._last_id,
            retry=block.retry,
            start=block.start,
            end=end,
            at=block.at,
            lines=block.lines,
            data_lines=len(block.data),
        )
