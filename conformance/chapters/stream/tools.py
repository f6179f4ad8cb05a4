"""Tool calls in deltas: none where the model has no tools, and well-formed where it has."""

from __future__ import annotations

from typing import Any

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.chapters.stream.choices import first_choice
from conformance.chapters.stream.identity import shown, with_chunks
from conformance.excerpt import visible_value
from conformance.exchange import Exchange
from conformance.json_view import dig, mapping, sequence
from conformance.oddity import Strange
from conformance.payloads import chunks
from conformance.reading import Reading
from conformance.verdict import Finding

UNWANTED = ("tool_calls", "function_call", "reasoning_content")


def _calling(exchange: Exchange, *calls: dict[str, Any]) -> Exchange:
    """Put deltas with one tool call each behind the first chunk."""
    first = Reading(exchange).stream.chunks[0].value
    for call in reversed(calls):
        delta = {"tool_calls": [call]}
        chunk = first_choice(first, delta=delta, finish_reason=None)
        exchange = forge.with_event(exchange, 1, chunk)
    return exchange


def _call(identity: str, name: str, **changes: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": "{}"}
    return {"index": 0, "id": identity, "type": "function", "function": function, **changes}


def calling_unasked(exchange: Exchange) -> Exchange:
    """A tool is called."""
    return _calling(exchange, _call("call_1", "get_weather"))


@reads("stream.no-tool-calls", where=with_chunks, forgery=calling_unasked)
def no_tool_calls(reading: Reading) -> Statements:
    """No delta has a call or a train of thought."""
    for chunk in chunks(reading):
        for place, choice in enumerate(sequence(chunk.value.get("choices"))):
            delta = mapping(dig(choice, "delta"))
            for name in UNWANTED:
                if delta.get(name) not in (None, [], ""):
                    yield Finding(
                        reading.at_event(chunk.event, f"/choices/{place}/delta/{name}"),
                        f"no {name}",
                        shown(delta[name]),
                        reading.id,
                    )
                    return


def without_call_index(exchange: Exchange) -> Exchange:
    """A call has no index."""
    call = _call("call_1", "get_weather")
    del call["index"]
    return _calling(exchange, call)


@reads("stream.tool-index", where=with_chunks, forgery=without_call_index)
def tool_index(reading: Reading) -> Statements:
    """Every tool call in a delta has an integer index."""
    for odd in reading.stream.odd(Strange.MISSING, Strange.WRONG_TYPE):
        if "/tool_calls/" in odd.pointer and odd.pointer.endswith("/index"):
            yield Finding(
                reading.at_event(odd.event or 0, odd.pointer),
                "an integer",
                shown(odd.value),
                reading.id,
            )


def two_calls_at_one_index(exchange: Exchange) -> Exchange:
    """Two calls share an index."""
    return _calling(exchange, _call("call_1", "get_weather"), _call("call_2", "get_weather"))


@reads("stream.tool-index-distinct", where=with_chunks, forgery=two_calls_at_one_index)
def tool_index_distinct(reading: Reading) -> Statements:
    """No two ids stand at one index."""
    for choice in reading.stream.choices:
        for call in choice.tool_calls:
            ids = sorted({each for each in call.ids if isinstance(each, str) and each})
            if call.indexed and len(ids) > 1:
                yield Finding(
                    reading.at_event(call.events[-1], f"/choices/{choice.index}/delta/tool_calls"),
                    f"one call at index {call.index}",
                    f"calls {', '.join(visible_value(each, 40) for each in ids[:4])}",
                    reading.id,
                )


def overwriting_a_name(exchange: Exchange) -> Exchange:
    """A later fragment has an empty name."""
    again = {"index": 0, "function": {"name": "", "arguments": "{}"}}
    return _calling(exchange, _call("call_1", "get_weather"), again)


@reads("stream.tool-name", where=with_chunks, forgery=overwriting_a_name)
def tool_name(reading: Reading) -> Statements:
    """The names of a call's fragments are one name."""
    for choice in reading.stream.choices:
        for call in choice.tool_calls:
            ids = {each for each in call.ids if isinstance(each, str) and each}
            names = [each for each in call.names if isinstance(each, str)]
            if len(ids) < 2 and len(set(names)) > 1:
                yield Finding(
                    reading.at_event(call.events[-1], f"/choices/{choice.index}/delta/tool_calls"),
                    visible_value(names[0], 60),
                    ", then ".join(visible_value(each, 40) for each in names[:4]),
                    reading.id,
                )
