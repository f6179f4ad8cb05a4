"""Tool calls, where a model makes any: well formed, of an offered tool, and told as such."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance import forge, json_view
from conformance.catalogue import ExchangeForgery, Statements, reads
from conformance.chapters.response.document import document, says
from conformance.completion_view import Answer
from conformance.exchange import Exchange
from conformance.json_view import ABSENT, dig, sequence
from conformance.kinds import completed_stream
from conformance.reading import Reading
from conformance.verdict import Finding

OFFERED = {"type": "function", "function": {"name": "get_weather", "parameters": {}}}


def _answered(reading: Reading) -> bool:
    return (document(reading) or completed_stream(reading)) and bool(reading.choice_indexes)


def _calling(words: str, finish: str, **changes: Any) -> ExchangeForgery:
    """Return a forgery in which an offered tool is called, with something wrong about it."""
    function = {"name": "get_weather", "arguments": '{"city": "Oslo"}', **changes}
    call = {"id": changes.pop("id", "call_1"), "type": "function", "function": function}
    function.pop("id", None)

    def edit(answer: Any) -> None:
        for choice in answer["choices"]:
            choice["message"]["tool_calls"] = [call]
            choice["finish_reason"] = finish

    def forgery(exchange: Exchange) -> Exchange | None:
        if Reading(exchange).is_stream:
            return None
        asked = forge.with_request_json(exchange, lambda body: body.update(tools=[OFFERED]))
        return forge.with_json(asked, edit)

    forgery.__doc__ = words
    return forgery


def _whole_calls(reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls of an answer in one piece to a request that offered tools, with their pointers."""
    if reading.is_stream or not reading.asked("tools"):
        return
    for choice in reading.completion.choices:
        for place, call in enumerate(choice.tool_calls):
            pointer = f"/choices/{choice.position}/message/tool_calls/{place}"
            yield pointer, call if isinstance(call, dict) else {}


@reads(
    "response.tool-finish",
    where=_answered,
    forgery=_calling("It says `stop`.", "stop"),
    rare=True,
)
def tool_finish(reading: Reading) -> Statements:
    """An answer that calls a tool of its own accord ends with `tool_calls`."""
    if not reading.asked("tools") or reading.asked("tool_choice") not in (ABSENT, None, "auto"):
        return
    for index in dict.fromkeys(reading.choice_indexes):
        choice = reading.choice(index)
        if choice is None or not choice.tool_calls or choice.finish in ("tool_calls", "length"):
            continue
        if isinstance(choice, Answer):
            where = f"/choices/{choice.position}/finish_reason"
            yield says(reading, where, "tool_calls", choice.finish)
        else:
            where = reading.at_event(choice.last)
            yield Finding(where, "tool_calls", repr(choice.finish)[:60], reading.id)


def _parsed(text: object) -> bool:
    return isinstance(text, str) and isinstance(json_view.read(text).value, dict)


@reads(
    "response.tool-arguments",
    where=_answered,
    forgery=_calling("They are an object.", "tool_calls", arguments={"city": "Oslo"}),
    rare=True,
)
def tool_arguments(reading: Reading) -> Statements:
    """The arguments of a tool call are a text that holds a JSON object."""
    for pointer, call in _whole_calls(reading):
        value = dig(call, "function", "arguments")
        if not _parsed(value) and value != "":
            yield says(reading, f"{pointer}/function/arguments", "JSON in a text", value)
    if not reading.is_stream or not reading.asked("tools"):
        return
    for choice in reading.stream.choices:
        for streamed in choice.tool_calls:
            cut = choice.finish == "length" or not streamed.arguments
            if not cut and not _parsed(streamed.arguments):
                shown = streamed.arguments[:100]
                where = reading.at_event(streamed.events[-1])
                yield Finding(where, "fragments that add up to JSON", shown, reading.id)


@reads(
    "response.tool-id",
    where=_answered,
    forgery=_calling("It has none.", "tool_calls", id=""),
    rare=True,
)
def tool_id(reading: Reading) -> Statements:
    """A tool call has an id, a non-empty string."""
    for pointer, call in _whole_calls(reading):
        value = call.get("id", ABSENT)
        if not isinstance(value, str) or not value:
            yield says(reading, f"{pointer}/id", "a text", value)
    for choice in reading.stream.choices if reading.asked("tools") else ():
        for streamed in choice.tool_calls:
            if not any(isinstance(each, str) and each for each in streamed.ids):
                where = reading.at_event(streamed.events[0])
                yield Finding(where, "an id in one of its fragments", "none", reading.id)


def _offered(reading: Reading) -> list[str]:
    names = [dig(tool, "function", "name") for tool in sequence(reading.asked("tools"))]
    return [name for name in names if isinstance(name, str)]


@reads(
    "response.tool-name",
    where=_answered,
    forgery=_calling("Another is called.", "tool_calls", name="tool_0"),
    rare=True,
)
def tool_name(reading: Reading) -> Statements:
    """A tool call names a tool that was offered."""
    offered = _offered(reading)
    for pointer, call in _whole_calls(reading):
        value = dig(call, "function", "name")
        if offered and value not in offered:
            yield says(reading, f"{pointer}/function/name", " or ".join(offered), value)
    for choice in reading.stream.choices if offered else ():
        for streamed in choice.tool_calls:
            names = [each for each in streamed.names if each]
            if names and "".join(map(str, names)) not in offered and names[0] not in offered:
                where = reading.at_event(streamed.events[0])
                yield Finding(where, " or ".join(offered), str(names[0])[:60], reading.id)
