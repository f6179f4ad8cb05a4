"""Lies about usage in streams: when it comes, how often, and where it stands."""

from __future__ import annotations

from typing import Any

from mock_server.call import Call
from mock_server.faults import DONE, Chunks, Events, fault

Json = dict[str, Any]


@fault("usage.stream-options-accepted", at="body")
def knows_no_options(body: Json, call: Call) -> Json:
    """Refuse stream_options."""
    del call
    return {**body, "stream_options": "?"} if body.get("stream_options") else body


@fault("usage.stream-present", at="chunks")
async def forgets_usage(chunks: Chunks, call: Call) -> Chunks:
    """Send no usage chunk, asked for or not."""
    del call
    async for chunk in chunks:
        if chunk["choices"]:
            yield chunk


@fault("usage.stream-present/long", at="chunks")
async def forgets_usage_of_long(chunks: Chunks, call: Call) -> Chunks:
    """Send no usage chunk after a long prompt."""
    async for chunk in chunks:
        if chunk["choices"] or (call.prompt and call.prompt.tokens < 40):
            yield chunk


@fault("usage.stream-once", at="chunks")
async def always_usage(chunks: Chunks, call: Call) -> Chunks:
    """Send usage with every chunk."""
    spent = 0
    async for chunk in chunks:
        spent += 1
        if "usage" in chunk and chunk["choices"] and call.prompt:
            prompt = call.prompt.tokens
            chunk["usage"] = {
                "prompt_tokens": prompt,
                "completion_tokens": spent,
                "total_tokens": prompt + spent,
            }
        yield chunk


@fault("usage.stream-before-done", at="events")
async def too_late(events: Events, call: Call) -> Events:
    """Send usage after [DONE]."""
    del call
    usage = None
    async for event in events:
        if b'"choices":[]' in event:
            usage = event
        else:
            yield event
            if event == DONE and usage:
                yield usage


@fault("usage.stream-own-chunk", at="chunks")
async def on_the_finish(chunks: Chunks, call: Call) -> Chunks:
    """Send usage on the chunk that ends the choice."""
    del call
    held: Json | None = None
    async for chunk in chunks:
        if not chunk["choices"] and held:
            held["usage"] = chunk["usage"]
        elif held:
            yield held
            held = chunk
        else:
            held = chunk
    if held:
        yield held


@fault("usage.stream-after-finish", at="chunks")
async def before_the_finish(chunks: Chunks, call: Call) -> Chunks:
    """Send usage before the chunk that ends the choice."""
    del call
    held: Json | None = None
    async for chunk in chunks:
        if not chunk["choices"]:
            yield chunk
        else:
            if held:
                yield held
            held = chunk
    if held:
        yield held


@fault("usage.stream-unasked", at="body")
def always_asked(body: Json, call: Call) -> Json:
    """Send usage that nobody asked for."""
    del call
    return {**body, "stream_options": {"include_usage": True}} if body.get("stream") else body


@fault("usage.vendor-field", at="chunks")
async def under_another_name(chunks: Chunks, call: Call) -> Chunks:
    """Send usage under a name of its own."""
    del call
    async for chunk in chunks:
        if chunk.get("usage"):
            chunk["x_vendor"] = {"usage": chunk.pop("usage")}
        yield chunk
