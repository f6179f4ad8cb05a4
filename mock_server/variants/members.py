"""Legal differences in which members an answer has. Knows no byte of it."""

from __future__ import annotations

from typing import Any

from mock_server.call import Call
from mock_server.faults import Chunks
from mock_server.variants import variant

Json = dict[str, Any]
OPTIONAL = ("system_fingerprint", "logprobs", "refusal")


@variant("extra-members", at="document")
def extra_members(document: Json, call: Call) -> Json:
    """Every object of an answer has a member nobody knows."""
    del call
    return dict(_extended(document))


@variant("extra-members", at="chunks")
async def extra_members_in_chunks(chunks: Chunks, call: Call) -> Chunks:
    """Every object of a chunk has a member nobody knows."""
    del call
    async for chunk in chunks:
        yield dict(_extended(chunk))


def _extended(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{key: _extended(part) for key, part in value.items()}, "x_extra": {"a": [None]}}
    return [_extended(part) for part in value] if isinstance(value, list) else value


@variant("bare", at="document")
def bare(document: Json, call: Call) -> Json:
    """Optional members that are null are left out."""
    del call
    return dict(_bared(document))


@variant("bare", at="chunks")
async def bare_chunks(chunks: Chunks, call: Call) -> Chunks:
    """Optional members that are null are left out of chunks."""
    del call
    async for chunk in chunks:
        yield dict(_bared(chunk))


def _bared(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _bared(part)
            for key, part in value.items()
            if key != "system_fingerprint" and not (key in OPTIONAL and part is None)
        }
    return [_bared(part) for part in value] if isinstance(value, list) else value


@variant("null-fingerprint", at="chunks")
async def null_fingerprint(chunks: Chunks, call: Call) -> Chunks:
    """The fingerprint of chunks is null."""
    del call
    async for chunk in chunks:
        yield {**chunk, "system_fingerprint": None}


@variant("null-content-with-role", at="chunks")
async def null_content_with_role(chunks: Chunks, call: Call) -> Chunks:
    """The chunk that tells the role has null content."""
    del call
    async for chunk in chunks:
        for choice in chunk["choices"]:
            if "role" in choice["delta"]:
                choice["delta"]["content"] = None
        yield chunk


@variant("no-content-with-role", at="chunks")
async def no_content_with_role(chunks: Chunks, call: Call) -> Chunks:
    """The chunk that tells the role has no content."""
    del call
    async for chunk in chunks:
        for choice in chunk["choices"]:
            if "role" in choice["delta"]:
                choice["delta"].pop("content", None)
        yield chunk


@variant("role-with-text", at="chunks")
async def role_with_text(chunks: Chunks, call: Call) -> Chunks:
    """The role comes with the first text of its choice."""
    del call
    told: set[int] = set()
    async for chunk in chunks:
        if any("role" in choice["delta"] for choice in chunk["choices"]):
            continue
        for choice in chunk["choices"]:
            if choice["index"] not in told:
                told.add(choice["index"])
                choice["delta"] = {"role": "assistant", **choice["delta"]}
        yield chunk


@variant("role-repeated", at="chunks")
async def role_repeated(chunks: Chunks, call: Call) -> Chunks:
    """Every delta tells the role."""
    del call
    async for chunk in chunks:
        for choice in chunk["choices"]:
            choice["delta"] = {"role": "assistant", **choice["delta"]}
        yield chunk


@variant("text-with-finish", at="chunks")
async def text_with_finish(chunks: Chunks, call: Call) -> Chunks:
    """The last text of a choice comes with its finish reason."""
    del call
    held: dict[int, Json] = {}
    async for chunk in chunks:
        if not chunk["choices"]:
            yield chunk
            continue
        choice = chunk["choices"][0]
        before = held.pop(choice["index"], None)
        if before is not None and choice["finish_reason"] and not choice["delta"]:
            before["choices"][0]["finish_reason"] = choice["finish_reason"]
            yield before
        elif choice["finish_reason"]:
            if before is not None:
                yield before
            yield chunk
        else:
            if before is not None:
                yield before
            held[choice["index"]] = chunk


@variant("empty-texts", at="chunks")
async def empty_texts(chunks: Chunks, call: Call) -> Chunks:
    """Chunks with an empty text stand between the others, and the finish chunk has one."""
    del call
    async for chunk in chunks:
        yield chunk
        if chunk["choices"] and chunk["choices"][0]["delta"].get("content"):
            empty = {**chunk["choices"][0], "delta": {"content": ""}, "logprobs": None}
            yield {**chunk, "choices": [empty]}


@variant("all-choices-in-a-chunk", at="chunks")
async def all_roles_at_once(chunks: Chunks, call: Call) -> Chunks:
    """The roles of all choices come in one chunk."""
    del call
    first: Json | None = None
    async for chunk in chunks:
        roles = [choice for choice in chunk["choices"] if "role" in choice["delta"]]
        if roles:
            first = first or {**chunk, "choices": []}
            first["choices"] += roles
            continue
        if first is not None:
            yield first
            first = None
        yield chunk


@variant("usage-only-at-the-end", at="chunks")
async def usage_only_at_the_end(chunks: Chunks, call: Call) -> Chunks:
    """Chunks before the usage chunk have no usage member, rather than null."""
    del call
    async for chunk in chunks:
        yield {key: part for key, part in chunk.items() if key != "usage" or part is not None}


@variant("usage-details", at="document")
def usage_details(document: Json, call: Call) -> Json:
    """Usage tells its details, all of them zero."""
    del call
    if "usage" in document:
        document["usage"]["prompt_tokens_details"] = {"cached_tokens": 0, "audio_tokens": 0}
        document["usage"]["completion_tokens_details"] = {"reasoning_tokens": 0}
    return document


@variant("usage-details", at="chunks")
async def usage_details_in_chunks(chunks: Chunks, call: Call) -> Chunks:
    """Usage tells its details in the usage chunk too."""
    async for chunk in chunks:
        yield usage_details(chunk, call) if chunk.get("usage") else chunk
