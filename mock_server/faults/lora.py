"""Lies about adapters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import Prompt
from mock_server.faults import Chunks, fault

Json = dict[str, Any]


@fault("lora.model-echoed", at="document")
def names_the_base(document: Json, call: Call) -> Json:
    """Name the base model where an adapter answered."""
    return {**document, "model": call.base} if "choices" in document else document


@fault("lora.model-echoed", at="chunks")
async def names_the_base_in_chunks(chunks: Chunks, call: Call) -> Chunks:
    """Name the base model in the chunks of an adapter's answer."""
    async for chunk in chunks:
        yield {**chunk, "model": call.base}


@fault("lora.adapter-acts", at="prompt")
def wears_no_adapter(prompt: Prompt, call: Call) -> Prompt:
    """Answer from the base, whichever adapter was asked for."""
    del call
    return replace(prompt, adapter=None)
