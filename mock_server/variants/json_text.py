"""Legal differences in how JSON is spelled and labelled. Knows no member's meaning."""

from __future__ import annotations

import json
from dataclasses import replace

from mock_server.call import Call
from mock_server.faults import DONE, Events, headers
from mock_server.message import Reply
from mock_server.variants import variant


def _is_json(reply: Reply) -> bool:
    return reply.headers.get("content-type") == "application/json" and bool(reply.body)


@variant("pretty", at="reply")
def pretty(reply: Reply, call: Call) -> Reply:
    """JSON answers are indented."""
    del call
    if not _is_json(reply):
        return reply
    text = json.dumps(json.loads(reply.body), indent=2, ensure_ascii=False)
    return replace(reply, body=text.encode() + b"\n")


@variant("escaped", at="reply")
def escaped_answers(reply: Reply, call: Call) -> Reply:
    """Every character beyond ASCII is escaped, and so is every slash."""
    del call
    if not _is_json(reply):
        return reply
    return replace(reply, body=_escaped(reply.body))


@variant("escaped", at="events")
async def escaped_events(events: Events, call: Call) -> Events:
    """Every character beyond ASCII is escaped, and so is every slash."""
    del call
    async for event in events:
        if event == DONE:
            yield event
        else:
            data = event.removeprefix(b"data: ").removesuffix(b"\n\n")
            yield b"data: " + _escaped(data) + b"\n\n"


def _escaped(text: bytes) -> bytes:
    return json.dumps(json.loads(text)).replace("/", "\\/").encode()


@variant("spaced", at="events")
async def spaced(events: Events, call: Call) -> Events:
    """Spaces stand around the JSON of every event and inside it."""
    del call
    async for event in events:
        if event == DONE:
            yield event
        else:
            data = json.loads(event.removeprefix(b"data: "))
            text = json.dumps(data, separators=(" , ", " : "), ensure_ascii=False)
            yield b"data:   " + text.encode() + b" \n\n"


@variant("no-charset", at="reply")
def no_charset(reply: Reply, call: Call) -> Reply:
    """Streams do not name their charset, which is UTF-8 anyway."""
    del call
    label = reply.headers.get("content-type", "").partition(";")[0]
    return headers(reply, {"content-type": label})


@variant("loud-media-types", at="reply")
def loud_media_types(reply: Reply, call: Call) -> Reply:
    """Media types are in upper case, with a charset and a parameter nobody knows."""
    del call
    label = reply.headers.get("content-type", "").partition(";")[0]
    return headers(reply, {"content-type": f'{label.upper()} ; Charset="UTF-8"; v=1'})


@variant("few-headers", at="reply")
def few_headers(reply: Reply, call: Call) -> Reply:
    """Streams say nothing of caching and buffering."""
    del call
    return headers(reply, {"cache-control": None, "x-accel-buffering": None})


@variant("more-headers", at="reply")
def more_headers(reply: Reply, call: Call) -> Reply:
    """Answers carry headers that no client asked for."""
    del call
    return headers(reply, {"server": "cloud", "vary": "Origin", "openai-processing-ms": "12"})
