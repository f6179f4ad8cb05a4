"""Differences of HTTP itself that every client lives with. Knows no byte of a body."""

from __future__ import annotations

from mock_server.call import Call
from mock_server.faults import Writes, headers
from mock_server.message import Reply
from mock_server.variants import variant


@variant("json-in-pieces", at="writes")
async def json_in_pieces(writes: Writes, call: Call) -> Writes:
    """Whole answers come in pieces of a hundred bytes."""
    async for write in writes:
        if call.streams or not isinstance(write, bytes):
            yield write
            continue
        for start in range(0, len(write), 100):
            yield write[start : start + 100]


@variant("json-without-length", at="reply")
def json_without_length(reply: Reply, call: Call) -> Reply:
    """Whole answers come in chunks, without their length."""
    if call.incoming.method == "HEAD" or not reply.body:
        return reply
    return headers(reply, {"transfer-encoding": "chunked"})


@variant("origin-by-name", at="reply")
def origin_by_name(reply: Reply, call: Call) -> Reply:
    """The allowed origin is the one that asked, by name."""
    origin = call.incoming.header("origin")
    named = {"access-control-allow-origin": origin} if origin else {}
    return headers(reply, {**named, "vary": "Origin"})


@variant("labels-with-charset", at="reply")
def labels_with_charset(reply: Reply, call: Call) -> Reply:
    """JSON is labelled with a charset, in capitals."""
    del call
    if reply.headers.get("content-type") != "application/json":
        return reply
    return headers(reply, {"content-type": "Application/JSON; charset=UTF-8"})
