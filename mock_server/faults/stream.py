"""Lies about the meaning of a stream."""

from __future__ import annotations

from mock_server.call import Call
from mock_server.faults import DONE, Chunks, Events, fault


@fault("stream.done-last", at="events")
async def leaves_out_done(events: Events, call: Call) -> Events:
    """End without [DONE]."""
    del call
    async for event in events:
        if event != DONE:
            yield event


@fault("stream.done-last/twice", at="events")
async def says_done_twice(events: Events, call: Call) -> Events:
    """Say [DONE] twice."""
    del call
    async for event in events:
        yield event
    yield DONE


@fault("stream.done-last/then-more", at="events")
async def goes_on_after_done(events: Events, call: Call) -> Events:
    """Repeat the first event after [DONE]."""
    del call
    first = b""
    async for event in events:
        first = first or event
        yield event
    yield first


@fault("stream.one-id", at="chunks")
async def changes_its_id(chunks: Chunks, call: Call) -> Chunks:
    """Give each chunk an id of its own."""
    del call
    number = 0
    async for chunk in chunks:
        number += 1
        yield {**chunk, "id": f"{chunk['id']}{number}"}


@fault("stream.role-first", at="chunks")
async def never_tells_the_role(chunks: Chunks, call: Call) -> Chunks:
    """Tell no role."""
    del call
    async for chunk in chunks:
        for choice in chunk["choices"]:
            choice["delta"].pop("role", None)
        yield chunk


@fault("stream.finish-reason", at="chunks")
async def never_finishes(chunks: Chunks, call: Call) -> Chunks:
    """Give no finish reason."""
    del call
    async for chunk in chunks:
        for choice in chunk["choices"]:
            choice["finish_reason"] = None
        yield chunk


@fault("stream.text-adds-up", at="chunks")
async def loses_a_delta(chunks: Chunks, call: Call) -> Chunks:
    """Lose the second text of a stream."""
    del call
    number = 0
    async for chunk in chunks:
        texts = [choice for choice in chunk["choices"] if choice["delta"].get("content")]
        number += bool(texts)
        if not texts or number != 2:
            yield chunk
