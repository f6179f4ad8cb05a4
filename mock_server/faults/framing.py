"""Lies in the bytes of a stream."""

from __future__ import annotations

from mock_server.call import Call
from mock_server.faults import DONE, Events, HangUp, Raw, Writes, fault, headers
from mock_server.message import Reply


@fault("framing.media-type", at="reply")
def labels_streams_as_json(reply: Reply, call: Call) -> Reply:
    """Label a stream application/json."""
    if call.streams and reply.status == 200:
        return headers(reply, {"content-type": "application/json"})
    return reply


@fault("framing.blank-line", at="events")
async def forgets_blank_lines(events: Events, call: Call) -> Events:
    """End events with one line end instead of two."""
    del call
    async for event in events:
        yield event[:-1]


@fault("framing.blank-line/last", at="events")
async def forgets_the_last_blank_line(events: Events, call: Call) -> Events:
    """End the last event with one line end instead of two."""
    del call
    async for event in events:
        yield event[:-1] if event == DONE else event


@fault("framing.json-per-event", at="events")
async def cuts_json(events: Events, call: Call) -> Events:
    """Cut the JSON of an event short."""
    del call
    number = 0
    async for event in events:
        number += 1
        yield event[:-5] + b"\n\n" if number == 3 and event != DONE else event


@fault("framing.complete-body", at="writes")
async def hangs_up(writes: Writes, call: Call) -> Writes:
    """Close the connection of a stream before the last chunk."""
    async for write in writes:
        yield write
    if call.streams:
        yield HangUp()


@fault("framing.complete-body/reset", at="writes")
async def resets(writes: Writes, call: Call) -> Writes:
    """Reset the connection of a stream after its third event."""
    number = 0
    async for write in writes:
        number += 1
        yield write
        if call.streams and number == 3:
            yield HangUp(reset=True)


@fault("framing.legal-chunks", at="writes")
async def breaks_a_chunk_header(writes: Writes, call: Call) -> Writes:
    """Send a chunk header that is no number."""
    number = 0
    async for write in writes:
        number += 1
        if call.streams and number == 3:
            yield Raw(b"zz\r\nhello\r\n")
            yield HangUp()
        else:
            yield write


@fault("framing.legal-chunks/half", at="writes")
async def sends_half_a_chunk(writes: Writes, call: Call) -> Writes:
    """Close in the middle of a chunk."""
    number = 0
    async for write in writes:
        number += 1
        if call.streams and number == 3 and isinstance(write, bytes):
            yield Raw(b"%x\r\n" % len(write) + write[: len(write) // 2])
            yield HangUp()
        else:
            yield write
