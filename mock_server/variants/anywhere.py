"""Differences that OpenAI-compatible endpoints may show and this gateway may not.

They are legal in scope `any` only. Knows no byte of an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import Prompt
from mock_server.faults import Chunks, headers
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.variants import variant

Json = dict[str, Any]


@variant("null-tool-calls", at="document")
def null_tool_calls(document: Json, call: Call) -> Json:
    """Messages say that they call no tool, and that they have no annotations."""
    del call
    for choice in document.get("choices", []):
        choice["message"].update(tool_calls=None, function_call=None, annotations=[])
    return document


@variant("null-for-no-text", at="document")
def null_for_no_text(document: Json, call: Call) -> Json:
    """An answer that a stop text left empty has null content."""
    del call
    for choice in document.get("choices", []):
        choice["message"]["content"] = choice["message"]["content"] or None
    return document


@variant("no-gateway-headers", at="reply")
def no_gateway_headers(reply: Reply, call: Call) -> Reply:
    """Neither quota nor cost stands in the headers."""
    del call
    ours = {name: None for name in reply.headers if name.startswith(("x-ratelimit-", "x-cost-"))}
    return headers(reply, ours)


@variant("preflight-in-words", at="reply")
def preflight_in_words(reply: Reply, call: Call) -> Reply:
    """A preflight is answered with 200 and a word of plain text, as frameworks do."""
    if call.incoming.method != "OPTIONS" or reply.status != 204:
        return reply
    return Reply(200, b"OK", {**reply.headers, "content-type": "text/plain; charset=utf-8"})


@variant("wavering", at="prompt")
def wavering(prompt: Prompt, call: Call) -> Prompt:
    """Greedy answers vary where there is a choice of words; counting is always the same."""
    if prompt.temperature:
        return prompt
    return replace(prompt, temperature=0.7, seed=call.number)


@variant("no-penalties", at="body")
def no_penalties(body: Json, call: Call) -> Json:
    """Penalties are refused as parameters that the endpoint does not have."""
    del call
    for name in ("presence_penalty", "frequency_penalty"):
        if body.get(name):
            raise Problem("unsupported_parameter", f"'{name}' is not supported here.", name)
    return body


def _released(name: str, call: Call) -> str:
    return f"{name}-2024-02-21" if call.number % 2 and ":" not in name else name


def _routed(name: str, call: Call) -> str:
    # Whoever asks for an adapter has chosen.
    return name if ":" in name else ("acme/small-2b", "acme/large-70b")[call.number % 2]


def _renaming(name: str, words: str, rename: Callable[[str, Call], str]) -> None:
    """Register a variant that names models otherwise, in both modes."""

    def whole(document: Json, call: Call) -> Json:
        if "choices" in document:
            document["model"] = rename(document["model"], call)
        return document

    async def streamed(chunks: Chunks, call: Call) -> Chunks:
        async for chunk in chunks:
            yield {**chunk, "model": rename(chunk["model"], call)} if "choices" in chunk else chunk

    whole.__doc__ = streamed.__doc__ = words
    variant(name, at="document")(whole)
    variant(name, at="chunks")(streamed)


_renaming("release-named", "Every other answer names the release of its model.", _released)
_renaming("router", "What was asked for is a router, which names the model it chose.", _routed)
