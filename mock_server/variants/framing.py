"""Legal differences in how events are written. Knows no chunk's meaning."""

from __future__ import annotations

from mock_server.call import Call
from mock_server.faults import Events, Writes
from mock_server.variants import variant

BOM = b"\xef\xbb\xbf"


@variant("comments", at="events")
async def comments(events: Events, call: Call) -> Events:
    """A comment line before every event."""
    del call
    async for event in events:
        yield b": still here\n" + event


@variant("comment-blocks", at="events")
async def comment_blocks(events: Events, call: Call) -> Events:
    """A comment with a blank line of its own between events, one of them empty."""
    del call
    async for event in events:
        yield b":\n\n: data: {}\n\n"
        yield event


@variant("crlf", at="events")
async def crlf(events: Events, call: Call) -> Events:
    """Every line ends with CR LF."""
    del call
    async for event in events:
        yield event.replace(b"\n", b"\r\n")


@variant("cr", at="events")
async def cr(events: Events, call: Call) -> Events:
    """Every line ends with CR alone."""
    del call
    async for event in events:
        yield event.replace(b"\n", b"\r")


@variant("mixed-line-ends", at="events")
async def mixed_line_ends(events: Events, call: Call) -> Events:
    """LF, CR LF and CR take turns, and both ends of one event differ."""
    del call
    ends = [(b"\n", b"\r\n"), (b"\r\n", b"\n"), (b"\r", b"\r"), (b"\r\n", b"\r")]
    number = 0
    async for event in events:
        line, blank = ends[number % len(ends)]
        number += 1
        yield event.removesuffix(b"\n\n") + line + blank


@variant("no-space", at="events")
async def no_space(events: Events, call: Call) -> Events:
    """No space after the colon."""
    del call
    async for event in events:
        yield event.replace(b"data: ", b"data:", 1)


@variant("bom", at="events")
async def bom(events: Events, call: Call) -> Events:
    """One byte order mark before the stream."""
    del call
    mark = BOM
    async for event in events:
        yield mark + event
        mark = b""


@variant("event-message", at="events")
async def event_message(events: Events, call: Call) -> Events:
    """Every event says that its type is the default one."""
    del call
    async for event in events:
        yield b"event: message\n" + event


@variant("ids", at="events")
async def ids(events: Events, call: Call) -> Events:
    """Every event has an id."""
    del call
    number = 0
    async for event in events:
        number += 1
        yield b"id: %d\n" % number + event


@variant("retry", at="events")
async def retry(events: Events, call: Call) -> Events:
    """The first event says how long to wait before reconnecting."""
    del call
    field = b"retry: 3000\n"
    async for event in events:
        yield field + event
        field = b""


@variant("unknown-fields", at="events")
async def unknown_fields(events: Events, call: Call) -> Events:
    """Fields that every reader must ignore, with and without a colon."""
    del call
    async for event in events:
        yield b"trace: 7\nsource\n" + event


@variant("many-data-lines", at="events")
async def many_data_lines(events: Events, call: Call) -> Events:
    """The JSON of an event on several data lines, broken between its members."""
    del call
    async for event in events:
        yield event.replace(b',"choices"', b'\ndata: ,"choices"', 1)


@variant("blank-lines", at="events")
async def blank_lines(events: Events, call: Call) -> Events:
    """Blank lines that end nothing stand before the stream and between its events."""
    del call
    async for event in events:
        yield b"\n\n" + event + b"\n"


@variant("comment-at-the-end", at="events")
async def comment_at_the_end(events: Events, call: Call) -> Events:
    """A comment follows [DONE], and no blank line follows the comment."""
    del call
    async for event in events:
        yield event
    yield b": bye\n"


@variant("blocks-without-data", at="events")
async def blocks_without_data(events: Events, call: Call) -> Events:
    """Blocks that name a type and have no data, which dispatch nothing, stand between events."""
    del call
    async for event in events:
        yield b"event: ping\n\n" + event


@variant("eight-events-a-write", at="writes")
async def eight_events_a_write(writes: Writes, call: Call) -> Writes:
    """What is ready at once travels together, up to eight events."""
    del call
    held: list[bytes] = []
    async for write in writes:
        if not isinstance(write, bytes):
            yield write
            continue
        held.append(write)
        if len(held) == 8:
            yield b"".join(held)
            held.clear()
    if held:
        yield b"".join(held)


@variant("one-byte-writes", at="writes")
async def one_byte_writes(writes: Writes, call: Call) -> Writes:
    """Every byte travels in a chunk of its own."""
    del call
    async for write in writes:
        if not isinstance(write, bytes):
            yield write
            continue
        for at in range(len(write)):
            yield write[at : at + 1]


@variant("odd-splits", at="writes")
async def odd_splits(writes: Writes, call: Call) -> Writes:
    """Writes end anywhere but where events end; the end of one travels with the next."""
    del call
    held = b""
    async for write in writes:
        if not isinstance(write, bytes):
            yield write
            continue
        whole = held + write
        yield whole[:-7]
        held = whole[-7:]
    if held:
        yield held


@variant("two-events-a-write", at="writes")
async def two_events_a_write(writes: Writes, call: Call) -> Writes:
    """Two events travel together."""
    del call
    held = b""
    async for write in writes:
        if not isinstance(write, bytes):
            yield write
        elif held:
            yield held + write
            held = b""
        else:
            held = write
    if held:
        yield held
