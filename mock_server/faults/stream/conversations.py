"""Lies that only a second request shows: streams beside, after, and instead of others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import EngineSaturated, Prompt
from mock_server.faults import Chunks, Events, fault, headers
from mock_server.faults.stream.chunkwise import several
from mock_server.kept import Kept
from mock_server.ledger import Ending
from mock_server.message import Reply
from mock_server.state import Settle

Json = dict[str, Any]


@dataclass(slots=True)
class _Shared:
    """What one stream leaves for the others; such faults are about state that is not apart."""

    text: str = ""
    owed: int = 0
    """Requests that an interrupted stream still spoils."""


_SHARED = Kept(_Shared)
_SPOILT = 6
"""Requests that an interrupted stream spoils; a client that tries again four times meets it."""


@fault("stream.own-answer", at="prompt")
def knows_one_answer(prompt: Prompt, call: Call) -> Prompt:
    """Give every stream the same answer."""
    if not call.streams:
        return prompt
    return replace(prompt, turns=(replace(prompt.turns[-1], text="Tell a long story."),))


@fault("stream.overlap", at="chunks")
async def mixes_up(chunks: Chunks, call: Call) -> Chunks:
    """Give streams of one moment each other's text."""
    shared = _SHARED.at(call)
    async for chunk in chunks:
        for choice in chunk["choices"]:
            if choice["delta"].get("content"):
                shared.text = choice["delta"]["content"]
                await asyncio.sleep(0.001)
                choice["delta"]["content"] = shared.text
        yield chunk


async def _unhurried(chunks: Chunks, call: Call) -> Chunks:
    """Take a moment for each chunk, so that a client can leave before the last."""
    del call
    async for chunk in chunks:
        yield chunk
        await asyncio.sleep(0.002)


fault("stream.closed-early", at="chunks")(_unhurried)


@fault("stream.closed-early", at="charge")
def notes_who_left(settle: Settle, call: Call) -> Settle:
    """Turn requests away after a client left a stream."""
    if settle.ending is Ending.INTERRUPTED:
        _SHARED.at(call).owed = _SPOILT
    return settle


@fault("stream.closed-early", at="prompt")
def turns_away(prompt: Prompt, call: Call) -> Prompt:
    """Turn requests away after a client left a stream."""
    shared = _SHARED.at(call)
    if shared.owed:
        shared.owed -= 1
        raise EngineSaturated
    return prompt


@fault("stream.closed-early-text", at="charge")
def notes_who_left_too(settle: Settle, call: Call) -> Settle:
    """Cut streams short after a client left one."""
    return notes_who_left(settle, call)


@fault("stream.closed-early-text", at="chunks")
async def cuts_short(chunks: Chunks, call: Call) -> Chunks:
    """Cut streams short after a client left one."""
    number = 0
    shared = _SHARED.at(call)
    spoilt = shared.owed > 0
    shared.owed = max(shared.owed - 1, 0)
    async for chunk in chunks:
        number += 1
        if (
            not spoilt
            or number < 8
            or not any("content" in one["delta"] for one in chunk["choices"])
        ):
            yield chunk
        await asyncio.sleep(0.002)


@fault("stream.last-event-id", at="events")
async def resumes(events: Events, call: Call) -> Events:
    """Leave out as many texts as Last-Event-ID says."""
    last = call.incoming.header("last-event-id") or ""
    skipped = int(last) if last.isdecimal() else 0
    number = 0
    async for event in events:
        number += 1
        if not 1 < number <= 1 + skipped:
            yield event


@fault("stream.options-forms", at="body")
def refuses_empty_options(body: Json, call: Call) -> Json:
    """Refuse stream_options that are empty."""
    del call
    return {**body, "stream_options": "?"} if body.get("stream_options") == {} else body


def _as_stream(reply: Reply, ending: bytes) -> Reply:
    labelled = headers(reply, {"content-type": "text/event-stream; charset=utf-8"})
    return replace(labelled, status=200, body=b"data: " + reply.body + b"\n\n" + ending)


@fault("stream.refused-first", at="reply")
def refuses_in_the_stream(reply: Reply, call: Call) -> Reply:
    """Refuse in a stream of status 200 where one was asked for."""
    wrong = 400 <= reply.status < 500 and call.body.get("stream") is True
    return _as_stream(reply, b"") if wrong else reply


@fault("stream.refused-first/model", at="reply")
def refuses_models_in_the_stream(reply: Reply, call: Call) -> Reply:
    """Refuse unknown models in a stream of status 200 where one was asked for."""
    wrong = reply.status == 404 and call.body.get("stream") is True
    return _as_stream(reply, b"data: [DONE]\n\n") if wrong else reply


@fault("stream.refused-first/blank", at="reply")
def refuses_without_a_word(reply: Reply, call: Call) -> Reply:
    """Refuse with status 200 and no byte where a stream was asked for."""
    wrong = 400 <= reply.status < 500 and call.body.get("stream") is True
    return replace(_as_stream(reply, b""), body=b"") if wrong else reply


@fault("stream.failure-first", at="reply")
def fails_in_the_stream(reply: Reply, call: Call) -> Reply:
    """Report an engine that is down in a stream of status 200."""
    wrong = reply.status >= 500 and call.body.get("stream") is True
    return _as_stream(reply, b"data: [DONE]\n\n") if wrong else reply


@fault("stream.error-shape", at="chunks")
async def words_for_an_error(chunks: Chunks, call: Call) -> Chunks:
    """Break off after six chunks with an error that is a text."""
    del call
    async for chunk in _broken(chunks, {"error": "the engine failed"}):
        yield chunk


@fault("stream.error-or-finish", at="chunks")
async def fails_and_succeeds(chunks: Chunks, call: Call) -> Chunks:
    """Report an error in the middle and go on as if nothing had happened."""
    del call
    number = 0
    async for chunk in chunks:
        number += 1
        yield chunk
        if number == 6:
            yield _ERROR


@fault("stream.error-last", at="chunks")
async def goes_on_after_an_error(chunks: Chunks, call: Call) -> Chunks:
    """Report an error in the middle and send more text."""
    async for chunk in fails_and_succeeds(chunks, call):
        for choice in chunk.get("choices", ()):
            choice["finish_reason"] = None
        yield chunk


@fault("stream.error-no-done", at="chunks")
async def breaks_off(chunks: Chunks, call: Call) -> Chunks:
    """Break off after six chunks with an error, and say [DONE]."""
    del call
    async for chunk in _broken(chunks, _ERROR):
        yield chunk


@fault("stream.delivered", at="chunks")
async def breaks_off_choices(chunks: Chunks, call: Call) -> Chunks:
    """Break off with an error where there are several choices."""
    async for chunk in _broken(chunks, _ERROR) if several(call) else chunks:
        yield chunk


_ERROR: Json = {
    "error": {
        "message": "the engine failed",
        "type": "server_error",
        "code": "upstream_error",
        "param": None,
    }
}


async def _broken(chunks: Chunks, error: Json) -> Chunks:
    number = 0
    async for chunk in chunks:
        number += 1
        if number < 6:
            yield chunk
        elif number == 6:
            yield error
