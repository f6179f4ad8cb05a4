"""Lies about the tokens counted."""

from __future__ import annotations

from typing import Any

from mock_server.call import Call
from mock_server.faults import Chunks, fault

Json = dict[str, Any]


@fault("usage.adds-up", at="document")
def miscounts(document: Json, call: Call) -> Json:
    """Count one token too many in the total."""
    del call
    if document.get("usage"):
        document["usage"]["total_tokens"] += 1
    return document


@fault("usage.adds-up", at="chunks")
async def miscounts_streams(chunks: Chunks, call: Call) -> Chunks:
    """Count one token too many in the total of a stream."""
    async for chunk in chunks:
        yield miscounts(chunk, call)


@fault("usage.stream-on-request", at="chunks")
async def forgets_usage(chunks: Chunks, call: Call) -> Chunks:
    """Send no usage chunk, asked for or not."""
    del call
    async for chunk in chunks:
        if chunk["choices"]:
            yield chunk


@fault("usage.same-in-both-modes", at="chunks")
async def undercounts_streams(chunks: Chunks, call: Call) -> Chunks:
    """Count half of a stream's prompt."""
    del call
    async for chunk in chunks:
        usage = chunk.get("usage")
        if usage:
            usage["prompt_tokens"] //= 2
            usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
        yield chunk
