"""Differences that OpenAI-compatible endpoints may show and this gateway may not.

They are legal in scope `any` only. Knows no byte of an answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import Prompt
from mock_server.faults import headers
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
