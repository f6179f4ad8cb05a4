"""Lies in how the bytes of a stream reach the connection, and how they end."""

from __future__ import annotations

from mock_server.call import Call
from mock_server.faults import HangUp, Raw, Writes, fault


@fault("framing.first-early", at="writes")
async def holds_everything(writes: Writes, call: Call) -> Writes:
    """Send a stream in one write when it is complete."""
    async for write in _joined(writes, call, 1_000_000):
        yield write


@fault("framing.events-apart", at="writes")
async def gathers_blocks(writes: Writes, call: Call) -> Writes:
    """Send twenty events of a stream at a time."""
    async for write in _joined(writes, call, 20):
        yield write


async def _joined(writes: Writes, call: Call, most: int) -> Writes:
    held: list[bytes] = []
    async for write in writes:
        if not call.streams or not isinstance(write, bytes):
            yield write
            continue
        held.append(write)
        if len(held) == most:
            yield b"".join(held)
            held.clear()
    if held:
        yield b"".join(held)


@fault("framing.complete", at="writes", below=True)
async def hangs_up(writes: Writes, call: Call) -> Writes:
    """Close the connection of a stream before the last chunk."""
    async for write in writes:
        yield write
    if call.streams:
        yield HangUp()


@fault("framing.complete/middle", at="writes", below=True)
async def hangs_up_midway(writes: Writes, call: Call) -> Writes:
    """Close the connection of a long stream in the middle of its fiftieth event."""
    number = 0
    async for write in writes:
        number += 1
        if call.streams and number == 50 and isinstance(write, bytes):
            yield write[:20]
            yield HangUp()
        else:
            yield write


@fault("framing.complete/reset", at="writes", below=True)
async def resets(writes: Writes, call: Call) -> Writes:
    """Reset the connection of a stream after its third event."""
    number = 0
    async for write in writes:
        number += 1
        yield write
        if call.streams and number == 3:
            yield HangUp(reset=True)


@fault("framing.chunks-legal", at="writes", below=True)
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


@fault("framing.complete/half-a-chunk", at="writes", below=True)
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
