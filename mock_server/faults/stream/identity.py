"""Lies in what every chunk repeats, and about the sentinel."""

from __future__ import annotations

from mock_server.call import Call
from mock_server.faults import DONE, Events, fault
from mock_server.faults.stream.chunkwise import Json, chunkwise, several


@fault("stream.done-present", at="events")
async def leaves_out_done(events: Events, call: Call) -> Events:
    """End without [DONE]."""
    del call
    async for event in events:
        if event != DONE:
            yield event


@fault("stream.done-present/choices", at="events")
async def leaves_out_done_of_choices(events: Events, call: Call) -> Events:
    """End without [DONE] where there are several choices."""
    async for event in events:
        if event != DONE or not several(call):
            yield event


@fault("stream.done-present/comment", at="events")
async def comments_done(events: Events, call: Call) -> Events:
    """Write the sentinel as a comment."""
    del call
    async for event in events:
        yield b": [DONE]\n\n" if event == DONE else event


@fault("stream.done-present/json", at="events")
async def done_as_json(events: Events, call: Call) -> Events:
    """Send {"done":true} in the place of the sentinel."""
    del call
    async for event in events:
        yield b'data: {"done":true}\n\n' if event == DONE else event


@fault("stream.done-present/half", at="events")
async def stops_midway(events: Events, call: Call) -> Events:
    """End a stream cleanly after eight events."""
    del call
    number = 0
    async for event in events:
        number += 1
        if number <= 8:
            yield event


@fault("stream.done-once", at="events")
async def says_done_twice(events: Events, call: Call) -> Events:
    """Say [DONE] twice."""
    del call
    async for event in events:
        yield event
    yield DONE


@fault("stream.done-once/choices", at="events")
async def says_done_for_each(events: Events, call: Call) -> Events:
    """Say [DONE] for each choice."""
    async for event in events:
        yield event
    if several(call):
        yield DONE


@fault("stream.done-last", at="events")
async def goes_on_after_done(events: Events, call: Call) -> Events:
    """Repeat the first event after [DONE]."""
    del call
    first = b""
    async for event in events:
        first = first or event
        yield event
    yield first


@fault("stream.done-last/cost", at="events")
async def bills_after_done(events: Events, call: Call) -> Events:
    """Tell the cost after [DONE]."""
    del call
    async for event in events:
        yield event
    yield b'data: {"cost":0.1}\n\n'


@chunkwise("stream.chunk-object")
def sends_null(chunk: Json, number: int) -> list[Json]:
    """Send null in an event."""
    return [None, chunk] if number == 2 else [chunk]  # type: ignore[list-item]


@chunkwise("stream.object")
def names_the_whole(chunk: Json, number: int) -> Json:
    """Call chunks chat.completion."""
    del number
    return {**chunk, "object": "chat.completion"}


@chunkwise("stream.object/last")
def names_the_last_otherwise(chunk: Json, number: int) -> Json:
    """Call the last chunk chat.completion."""
    del number
    over = not chunk["choices"] or any(each["finish_reason"] for each in chunk["choices"])
    return {**chunk, "object": "chat.completion"} if over else chunk


@chunkwise("stream.id")
def numbers_itself(chunk: Json, number: int) -> Json:
    """Give chunks an id that is a number."""
    del number
    return {**chunk, "id": 7}


@chunkwise("stream.id/absent")
def leaves_out_its_id(chunk: Json, number: int) -> Json:
    """Leave out the id of later chunks."""
    return chunk if number == 1 else {key: chunk[key] for key in chunk if key != "id"}


@chunkwise("stream.id-not-empty")
def empties_its_id(chunk: Json, number: int) -> Json:
    """Give chunks an empty id."""
    del number
    return {**chunk, "id": ""}


@chunkwise("stream.id-prefix")
def bare_id(chunk: Json, number: int) -> Json:
    """Take the prefix off ids."""
    del number
    return {**chunk, "id": chunk["id"].removeprefix("chatcmpl-")}


@chunkwise("stream.id-constant")
def changes_its_id(chunk: Json, number: int) -> Json:
    """Give each chunk an id of its own."""
    return {**chunk, "id": f"{chunk['id']}{number}"}


@chunkwise("stream.id-constant/usage")
def another_id_for_usage(chunk: Json, number: int) -> Json:
    """Give the usage chunk an id of its own."""
    del number
    return chunk if chunk["choices"] else {**chunk, "id": chunk["id"] + "0"}


@chunkwise("stream.id-constant/choices")
def an_id_for_each_choice(chunk: Json, number: int) -> Json:
    """Give each choice an id of its own."""
    del number
    index = chunk["choices"][0]["index"] if chunk["choices"] else 0
    return {**chunk, "id": f"{chunk['id']}{index}"}


@chunkwise("stream.id-unique")
def shares_its_id(chunk: Json, number: int) -> Json:
    """Give every stream the same id."""
    del number
    return {**chunk, "id": "chatcmpl-1"}


@fault("stream.id-unique/prompt", at="events")
async def id_of_the_prompt(events: Events, call: Call) -> Events:
    """Make the id of a stream from its prompt."""
    digest = call.prompt.digest().hex()[:16] if call.prompt else ""
    async for event in events:
        yield event.replace(call.completion.encode(), f"chatcmpl-{digest}".encode())


@chunkwise("stream.created-integer")
def fraction_of_a_second(chunk: Json, number: int) -> Json:
    """Give `created` a fraction."""
    del number
    return {**chunk, "created": chunk["created"] + 0.5}


@chunkwise("stream.created-seconds")
def milliseconds(chunk: Json, number: int) -> Json:
    """Give `created` in milliseconds."""
    del number
    return {**chunk, "created": chunk["created"] * 1000}


@chunkwise("stream.created-seconds/zero")
def long_ago(chunk: Json, number: int) -> Json:
    """Give `created` as zero."""
    del number
    return {**chunk, "created": 0}


@chunkwise("stream.created-now")
def two_hours_late(chunk: Json, number: int) -> Json:
    """Give as `created` the time of two hours ago."""
    del number
    return {**chunk, "created": chunk["created"] - 7200}


@chunkwise("stream.created-constant")
def looks_at_the_clock_again(chunk: Json, number: int) -> Json:
    """Let `created` count up."""
    return {**chunk, "created": chunk["created"] + number // 4}


@chunkwise("stream.model")
def no_model(chunk: Json, number: int) -> Json:
    """Give chunks no model."""
    del number
    return {**chunk, "model": None}


@chunkwise("stream.model-constant")
def changes_its_model(chunk: Json, number: int) -> Json:
    """Name another model after the first chunk."""
    return chunk if number == 1 else {**chunk, "model": chunk["model"] + "-turbo"}


@chunkwise("stream.model-echo")
def path_for_model(chunk: Json, number: int) -> Json:
    """Name the folder of the model."""
    del number
    return {**chunk, "model": "/models/gemma"}
