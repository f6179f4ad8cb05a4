"""Lies about adapters that are there: not worn, worn too long, or named otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import Prompt, digest
from mock_server.faults import Chunks, fault
from mock_server.kept import Kept

Json = dict[str, Any]


class _Memory:
    """What a mock has seen."""

    def __init__(self) -> None:
        self.worn: str | None = None
        self.asked: set[bytes] = set()


_STICKY, _MIXED = Kept(_Memory), Kept(_Memory)


def by_field(call: Call) -> bool:
    """Tell whether the field `lora` chose the adapter."""
    return call.body.get("lora") is not None


@fault("lora.acts", at="prompt")
def wears_none(prompt: Prompt, call: Call) -> Prompt:
    """Answer from the base, whichever adapter was asked for."""
    del call
    return replace(prompt, adapter=None)


@fault("lora.with-system", at="prompt")
def wears_none_on_duty(prompt: Prompt, call: Call) -> Prompt:
    """Answer from the base where there is a system message."""
    messages = call.body.get("messages") or ()
    ordered = any(one.get("role") == "system" for one in messages)
    return replace(prompt, adapter=None) if ordered else prompt


@fault("lora.two-adapters", at="prompt")
def wears_the_first(prompt: Prompt, call: Call) -> Prompt:
    """Answer through the first adapter, whichever was asked for."""
    del call
    return replace(prompt, adapter="pirate") if prompt.adapter else prompt


@fault("lora.same-answer", at="prompt")
def ignores_the_field(prompt: Prompt, call: Call) -> Prompt:
    """Answer from the base where the field names the adapter."""
    return replace(prompt, adapter=None) if by_field(call) else prompt


@fault("lora.stream", at="prompt")
def streams_wear_none(prompt: Prompt, call: Call) -> Prompt:
    """Answer streams from the base."""
    return replace(prompt, adapter=None) if call.streams else prompt


@fault("lora.field-stream", at="prompt")
def streams_ignore_the_field(prompt: Prompt, call: Call) -> Prompt:
    """Answer streams from the base where the field names the adapter."""
    return replace(prompt, adapter=None) if call.streams and by_field(call) else prompt


@fault("lora.not-sticky", at="prompt")
def keeps_it_on(prompt: Prompt, call: Call) -> Prompt:
    """Answer the base's prompts through the adapter that was used last."""
    memory = _STICKY.at(call)
    memory.worn = prompt.adapter or memory.worn
    return replace(prompt, adapter=memory.worn)


@fault("lora.overlap", at="prompt")
def mixes_what_comes_together(prompt: Prompt, call: Call) -> Prompt:
    """Answer the base's prompts through an adapter once one was asked the same."""
    asked, name = _MIXED.at(call).asked, digest(None, prompt.turns)
    if prompt.adapter is not None:
        asked.add(name)
    elif name in asked:
        return replace(prompt, adapter="pirate")
    return prompt


@fault("lora.echo", at="document")
def names_the_base(document: Json, call: Call) -> Json:
    """Name the base model where an adapter answered."""
    return {**document, "model": call.base} if "choices" in document else document


@fault("lora.echo-stream", at="chunks")
async def names_the_base_in_chunks(chunks: Chunks, call: Call) -> Chunks:
    """Name the base model in the chunks of an adapter's answer."""
    async for chunk in chunks:
        yield {**chunk, "model": call.base}


@fault("lora.echo/short", at="document")
def names_the_adapter_alone(document: Json, call: Call) -> Json:
    """Name the adapter without its base."""
    named = "choices" in document and call.adapter
    return {**document, "model": call.adapter} if named else document


@fault("lora.base-echo", at="document")
def names_an_adapter(document: Json, call: Call) -> Json:
    """Name an adapter where the base answered."""
    if "choices" in document and call.adapter is None:
        return {**document, "model": f"{call.base}:pirate"}
    return document


@fault("lora.prompt-equal", at="document")
def counts_the_adapter(document: Json, call: Call) -> Json:
    """Count three prompt tokens more for an adapter."""
    if document.get("usage") and call.adapter:
        document["usage"]["prompt_tokens"] += 3
        document["usage"]["total_tokens"] += 3
    return document


def _adapters(document: Json) -> list[Json]:
    return [one for one in document.get("data", ()) if ":" in one.get("id", "")]


@fault("lora.listed", at="document")
def lists_none(document: Json, call: Call) -> Json:
    """List the base only."""
    del call
    if "data" in document:
        document["data"] = [one for one in document["data"] if ":" not in one["id"]]
    return document


@fault("lora.parent", at="document")
def names_no_parent(document: Json, call: Call) -> Json:
    """Leave out the base of an adapter."""
    del call
    for one in _adapters(document):
        one.pop("parent", None)
    return document


@fault("lora.root-no-path", at="document")
def shows_the_disk(document: Json, call: Call) -> Json:
    """Show where an adapter lies on the host."""
    del call
    for one in _adapters(document):
        one["root"] = f"/srv/adapters/{one['root']}"
    return document


@fault("lora.detail", at="document")
def describes_the_base(document: Json, call: Call) -> Json:
    """Describe the base where an adapter was asked for."""
    del call
    if document.get("object") == "model":
        document["id"] = document["id"].partition(":")[0]
    return document
