"""Lies in the head of a stream, and about whether one was asked for."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import Events, fault, headers
from mock_server.message import Reply

Json = dict[str, Any]


def _is_stream(reply: Reply, call: Call) -> bool:
    return call.streams and reply.status == 200


@fault("framing.stream-honoured", at="body")
def never_streams(body: Json, call: Call) -> Json:
    """Answer in one piece whatever was asked."""
    del call
    return {**body, "stream": False, "stream_options": None} if body.get("stream") else body


@fault("framing.stream-honoured/choices", at="body")
def never_streams_choices(body: Json, call: Call) -> Json:
    """Answer several choices in one piece whatever was asked."""
    return never_streams(body, call) if body.get("n", 1) != 1 else body


@fault("framing.only-when-asked", at="body")
def streams_by_default(body: Json, call: Call) -> Json:
    """Stream where nothing was said."""
    del call
    return body if "stream" in body else {**body, "stream": True}


@fault("framing.only-when-asked/null", at="body")
def streams_for_null(body: Json, call: Call) -> Json:
    """Stream where null was said."""
    del call
    return {**body, "stream": True} if "stream" in body and body["stream"] is None else body


@fault("framing.only-when-asked/false", at="body")
def streams_for_false(body: Json, call: Call) -> Json:
    """Stream where false was said."""
    del call
    return {**body, "stream": True} if body.get("stream") is False else body


@fault("framing.status", at="reply")
def created(reply: Reply, call: Call) -> Reply:
    """Answer a stream with 201."""
    return replace(reply, status=201) if _is_stream(reply, call) else reply


@fault("framing.media-type", at="reply")
def labelled_as_json(reply: Reply, call: Call) -> Reply:
    """Label a stream application/json."""
    changed = headers(reply, {"content-type": "application/json"})
    return changed if _is_stream(reply, call) else reply


@fault("framing.media-type/choices", at="reply")
def labelled_as_text(reply: Reply, call: Call) -> Reply:
    """Label a stream of several choices text/plain."""
    changed = headers(reply, {"content-type": "text/plain; charset=utf-8"})
    several = call.prompt is not None and call.prompt.n > 1
    return changed if several and _is_stream(reply, call) else reply


@fault("framing.media-type-present", at="reply")
def unlabelled(reply: Reply, call: Call) -> Reply:
    """Do not label a stream."""
    return headers(reply, {"content-type": None}) if _is_stream(reply, call) else reply


@fault("framing.charset", at="reply")
def labelled_as_latin(reply: Reply, call: Call) -> Reply:
    """Label a stream as Latin-1."""
    changed = headers(reply, {"content-type": "text/event-stream; charset=iso-8859-1"})
    return changed if _is_stream(reply, call) else reply


@fault("framing.no-coding", at="reply")
def says_deflate(reply: Reply, call: Call) -> Reply:
    """Say that a stream is compressed."""
    return headers(reply, {"content-encoding": "deflate"}) if _is_stream(reply, call) else reply


@fault("framing.no-coding", at="events")
async def compresses(events: Events, call: Call) -> Events:
    """Compress a stream for a client that wants it plain."""
    del call
    packer = zlib.compressobj()
    async for event in events:
        yield packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
