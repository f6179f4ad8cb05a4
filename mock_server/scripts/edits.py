"""Edits: what a script does to the bytes of an answer, as acts at seams. Knows no script file.

Events are counted from 1 in the order they are sent; a comment is none. An answer in one piece is
one body: a byte counts in it, and an event says nothing of it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

from mock_server import sse
from mock_server.call import Call
from mock_server.message import Reply
from mock_server.scripts.script import Edits, How, Named, Place
from mock_server.seams import Behaving, HangUp, Pause, Seam, Write
from mock_server.text import NotJsonError, loads

NAME = "script"


def acts(edits: Edits) -> Iterator[Behaving]:
    """Yield the acts of some edits, at the seams where they belong."""
    if edits.breaks or edits.insert or edits.duplicates or edits.drops or edits.halves:
        yield Behaving(NAME, Seam.EVENTS, _Eventwise(edits))
    if edits.cut or edits.stalls:
        hangs_up = edits.cut is not None and edits.cut.how is not How.END
        yield Behaving(NAME, Seam.WRITES, _Bytewise(edits), hangs_up)
    if edits.halves or (edits.cut and edits.cut.how is How.END):
        yield Behaving(NAME, Seam.REPLY, _Shorter(edits))


class _Eventwise:
    """Changes which events there are."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits

    async def __call__(self, events: AsyncGenerator[bytes], call: Call) -> AsyncGenerator[bytes]:
        edits, number = self._edits, 0
        for extra in self._after(number, call):
            yield extra
        if edits.breaks and edits.breaks.event == 0:
            return
        async for event in events:
            data = _data(event)
            if data is None:
                yield event
                continue
            number += 1
            names = _names(data, number)
            if not names & edits.drops:
                yield _halved(event) if names & edits.halves else event
            if names & edits.duplicates:
                yield event
            for extra in self._after(number, call):
                yield extra
            if edits.breaks and edits.breaks.event == number:
                return

    def _after(self, number: int, call: Call) -> Iterator[bytes]:
        insert, breaks = self._edits.insert, self._edits.breaks
        if insert is not None and insert.event == number:
            yield insert.data
        if breaks is not None and breaks.event == number:
            call.code = breaks.problem["code"]
            yield sse.error(breaks.problem)


class _Bytewise:
    """Cuts and stalls: changes when bytes come, and whether."""

    def __init__(self, edits: Edits) -> None:
        self._marks: list[tuple[Place, Write | None]] = [
            (stall.at, Pause(stall.nanoseconds)) for stall in edits.stalls
        ]
        cut = edits.cut
        if cut is not None:
            end = None if cut.how is How.END else HangUp(cut.how is How.RESET)
            self._marks.append((cut.at, end))

    async def __call__(self, writes: AsyncGenerator[Write], call: Call) -> AsyncGenerator[Write]:
        number = before = 0
        async for write in writes:
            if not isinstance(write, bytes):
                yield write
                continue
            if call.streams and _data(write) is None:
                yield write
                before += len(write)
                continue
            number += 1
            sent = 0
            for place, act in self._here(number, before, len(write), call.streams):
                if place > sent:
                    yield write[sent:place]
                    sent = place
                if act is None:
                    return
                yield act
                if isinstance(act, HangUp):
                    return
            if sent < len(write):
                yield write[sent:]
            before += len(write)

    def _here(
        self, number: int, before: int, size: int, streams: bool
    ) -> list[tuple[int, Write | None]]:
        """Return what happens in one write, by the byte after which it happens."""
        found: list[tuple[int, Write | None]] = []
        for at, act in self._marks:
            if not streams and act is None:
                continue  # its body was cut before its length was told
            place = _offset(at, number, before, size) if streams else _in_one(at, act, size)
            if place is not None:
                found.append((place, act))
        return sorted(found, key=lambda one: one[0])


def _offset(at: Place, number: int, before: int, size: int) -> int | None:
    """Return where in an event a place is, or None where it is in another."""
    if at.event is None:
        byte = at.byte or 0
        return byte - before if before < byte <= before + size or not before + byte else None
    if at.event == 0:
        return 0 if number == 1 else None
    if at.event != number:
        return None
    return size if at.byte is None else min(at.byte, size)


def _in_one(at: Place, act: Write | None, size: int) -> int:
    """Return where in the body of an answer in one piece a place is."""
    if at.byte is not None:
        return min(at.byte, size)
    return 0 if isinstance(act, Pause) else size // 2


class _Shorter:
    """Shortens the body of an answer in one piece before its length is told."""

    def __init__(self, edits: Edits) -> None:
        cut = edits.cut
        self._half = bool(edits.halves)
        self._at = cut.at if cut is not None and cut.how is How.END else None

    def __call__(self, reply: Reply, call: Call) -> Reply:
        if call.streams and reply.status == 200:
            return reply
        body = reply.body[: len(reply.body) // 2] if self._half else reply.body
        if self._at is not None:
            body = body[: _in_one(self._at, None, len(body))]
        return replace(reply, body=body)


def _data(event: bytes) -> bytes | None:
    """Return what an event says, however it is spelled; None where it is only a comment."""
    lines = event.replace(b"\r", b"\n").split(b"\n")
    data = [line[5:] for line in lines if line.startswith(b"data:")]
    return b"\n".join(data).strip() if data else None


def _names(data: bytes, number: int) -> Named:
    """Return what an event is called: its number, and what it does."""
    if data == b"[DONE]":
        return frozenset({number, "done"})
    try:
        chunk = loads(data)
    except NotJsonError:
        return frozenset({number})
    choices = chunk.get("choices", []) if isinstance(chunk, dict) else []
    names: set[int | str] = {number}
    if any(choice["finish_reason"] for choice in choices):
        names.add("finish")
    if any(choice["delta"].get("role") for choice in choices):
        names.add("role")
    if chunk.get("usage"):
        names.add("usage")
    return frozenset(names)


def _halved(event: bytes) -> bytes:
    """Cut the data of an event in half; the event itself stays whole."""
    kept = event.rstrip(b"\r\n")
    return kept[: len(kept) // 2].rstrip(b"\r\n") + event[len(kept) :]
