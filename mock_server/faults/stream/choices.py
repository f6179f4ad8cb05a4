"""Lies in the choices of chunks: their indexes, deltas, roles and ends."""

from __future__ import annotations

from mock_server.call import Call
from mock_server.faults import Chunks, fault
from mock_server.faults.stream.chunkwise import Json, choicewise, chunkwise, several


@chunkwise("stream.choices")
def choices_of_null(chunk: Json, number: int) -> Json:
    """Send a chunk whose choices are null."""
    return {**chunk, "choices": None} if number == 3 else chunk


@chunkwise("stream.choices/usage")
def usage_without_choices(chunk: Json, number: int) -> Json:
    """Leave `choices` out of the usage chunk."""
    del number
    return chunk if chunk["choices"] else {key: chunk[key] for key in chunk if key != "choices"}


@chunkwise("stream.no-empty-choices")
def opens_with_nothing(chunk: Json, number: int) -> list[Json]:
    """Begin with a chunk without choices."""
    return [{**chunk, "choices": []}, chunk] if number == 1 else [chunk]


@chunkwise("stream.no-empty-choices/late")
def says_nothing_in_between(chunk: Json, number: int) -> list[Json]:
    """Put a chunk without choices into long streams."""
    return [{**chunk, "choices": []}, chunk] if number == 50 else [chunk]


@chunkwise("stream.no-empty-choices/after-usage")
def says_nothing_at_the_end(chunk: Json, number: int) -> list[Json]:
    """Put a chunk without choices and usage behind the usage chunk."""
    del number
    return [chunk] if chunk["choices"] else [chunk, {**chunk, "usage": None}]


@choicewise("stream.index")
def no_index(choice: Json, number: int) -> None:
    """Leave out the index of choices."""
    del choice["index"], number


@choicewise("stream.index/finish")
def no_index_at_the_end(choice: Json, number: int) -> None:
    """Leave out the index where a choice ends."""
    del number
    if choice["finish_reason"]:
        del choice["index"]


@choicewise("stream.index-range")
def counts_from_one(choice: Json, number: int) -> None:
    """Count choices from one."""
    del number
    choice["index"] += 1


@choicewise("stream.index-range/tokens")
def counts_chunks(choice: Json, number: int) -> None:
    """Count chunks in the index."""
    choice["index"] = number - 1


@choicewise("stream.delta")
def no_delta_at_the_end(choice: Json, number: int) -> None:
    """Leave out the delta where a choice ends."""
    del number
    if choice["finish_reason"]:
        del choice["delta"]


@choicewise("stream.delta/message")
def message_for_delta(choice: Json, number: int) -> None:
    """Call a delta a message."""
    del number
    choice["message"] = choice.pop("delta")


@choicewise("stream.no-message")
def both(choice: Json, number: int) -> None:
    """Send a message beside each delta."""
    del number
    choice["message"] = dict(choice["delta"])


@choicewise("stream.role-first")
def no_role(choice: Json, number: int) -> None:
    """Tell no role."""
    del number
    choice["delta"].pop("role", None)


@choicewise("stream.role-first/second")
def role_of_the_first(choice: Json, number: int) -> None:
    """Tell the role of the first choice only."""
    del number
    if choice["index"]:
        choice["delta"].pop("role", None)


@choicewise("stream.role-first/late")
def late_role(choice: Json, number: int) -> None:
    """Tell the role where a choice ends."""
    no_role(choice, number)
    if choice["finish_reason"]:
        choice["delta"]["role"] = "assistant"


@choicewise("stream.role-known")
def role_model(choice: Json, number: int) -> None:
    """Call the assistant model."""
    del number
    if "role" in choice["delta"]:
        choice["delta"]["role"] = "model"


@choicewise("stream.role-known/empty")
def empty_roles(choice: Json, number: int) -> None:
    """Give later deltas an empty role."""
    del number
    choice["delta"].setdefault("role", "")


@choicewise("stream.content-text")
def numbers(choice: Json, number: int) -> None:
    """Send digits as numbers."""
    del number
    content = choice["delta"].get("content", "").strip(" ,")
    if content.isdecimal():
        choice["delta"]["content"] = int(content)


@choicewise("stream.content-text/parts")
def parts(choice: Json, number: int) -> None:
    """Send content as a list of parts."""
    del number
    if choice["delta"].get("content"):
        text = choice["delta"]["content"]
        choice["delta"]["content"] = [{"type": "text", "text": text}]


@fault("stream.not-cumulative", at="chunks")
async def says_it_all_again(chunks: Chunks, call: Call) -> Chunks:
    """Send all text so far in each delta."""
    del call
    so_far: dict[int, str] = {}
    async for chunk in chunks:
        for choice in chunk["choices"]:
            if choice["delta"].get("content"):
                text = so_far.get(choice["index"], "") + choice["delta"]["content"]
                so_far[choice["index"]] = choice["delta"]["content"] = text
        yield chunk


@fault("stream.not-cumulative/end", at="chunks")
async def says_it_all_at_the_end(chunks: Chunks, call: Call) -> Chunks:
    """Send all text again where a choice ends."""
    del call
    so_far: dict[int, str] = {}
    async for chunk in chunks:
        for choice in chunk["choices"]:
            index = choice["index"]
            so_far[index] = so_far.get(index, "") + choice["delta"].get("content", "")
            if choice["finish_reason"]:
                choice["delta"]["content"] = so_far[index]
        yield chunk


@choicewise("stream.finish-present")
def never_finishes(choice: Json, number: int) -> None:
    """Give no finish reason."""
    del number
    choice["finish_reason"] = None


@choicewise("stream.finish-present/second")
def finishes_the_first(choice: Json, number: int) -> None:
    """Give the first choice only a finish reason."""
    del number
    if choice["index"]:
        choice["finish_reason"] = None


@choicewise("stream.finish-present/length")
def never_says_length(choice: Json, number: int) -> None:
    """Give no finish reason to what was cut."""
    del number
    if choice["finish_reason"] == "length":
        choice["finish_reason"] = None


@choicewise("stream.finish-once")
def always_finishes(choice: Json, number: int) -> None:
    """Give every chunk a finish reason."""
    del number
    choice["finish_reason"] = choice["finish_reason"] or "stop"


@chunkwise("stream.finish-once/twice")
def finishes_twice(chunk: Json, number: int) -> list[Json]:
    """End each choice twice."""
    del number
    over = any(choice["finish_reason"] for choice in chunk["choices"])
    return [chunk, chunk] if over else [chunk]


@choicewise("stream.finish-null-before")
def empty_reasons(choice: Json, number: int) -> None:
    """Give chunks in between an empty finish reason."""
    del number
    choice["finish_reason"] = choice["finish_reason"] or ""


@choicewise("stream.finish-known")
def own_words(choice: Json, number: int) -> None:
    """End with a word of its own."""
    del number
    choice["finish_reason"] = choice["finish_reason"] and "eos_token"


@choicewise("stream.finish-known/length")
def own_word_for_length(choice: Json, number: int) -> None:
    """Call what was cut max_tokens."""
    del number
    if choice["finish_reason"] == "length":
        choice["finish_reason"] = "max_tokens"


@fault("stream.finish-last", at="chunks")
async def goes_on_after_the_end(chunks: Chunks, call: Call) -> Chunks:
    """Send a text after the end of its choice."""
    del call
    async for chunk in chunks:
        yield chunk
        if any(choice["finish_reason"] for choice in chunk["choices"]):
            again = {**chunk["choices"][0], "delta": {"content": "!"}, "finish_reason": None}
            yield {**chunk, "choices": [again]}


@choicewise("stream.no-tool-calls")
def thinks_aloud(choice: Json, number: int) -> None:
    """Send a train of thought."""
    if number == 2:
        choice["delta"]["reasoning_content"] = "Let me think."


@choicewise("stream.no-tool-calls/choices", several)
def calls_a_tool(choice: Json, number: int) -> None:
    """Call a tool nobody offered, where there are several choices."""
    if number == 3:
        function = {"name": "get_weather", "arguments": "{}"}
        call = {"index": 0, "id": "call_1", "type": "function", "function": function}
        choice["delta"]["tool_calls"] = [call]
