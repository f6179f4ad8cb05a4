"""Requests for what a small model may lack: tools, JSON mode, both caps. Judge nothing."""

from __future__ import annotations

from typing import Any

from conformance.answering import decided
from conformance.capability import Found, capability, classify
from conformance.json_view import dig
from conformance.probe import Probe, Script, Transcript, ask, recall
from conformance.probes.request_cases import Case, Row, request_of, send_cases
from conformance.probes.request_malformed import TYPE, VALUE
from conformance.scene import Scene

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
SCHEMA = {
    "name": "sea",
    "schema": {"type": "object", "properties": {"sea": {"type": "string"}}, "required": ["sea"]},
}
LACKING = "unsupported_parameter"
UNSUPPORTED = "unsupported_value"


def _said(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


TOOL = Case(
    "tool-required",
    {
        **_said("What is the weather in Lima?"),
        "tools": [WEATHER],
        "tool_choice": "required",
        "max_tokens": 128,
    },
)
JSON_MODE = Case(
    "json-mode",
    {
        **_said("Describe the sea in two sentences. Should you be asked for JSON, use any keys."),
        "response_format": {"type": "json_object"},
        "max_tokens": 96,
    },
)
JSON_SCHEMA = Case(
    "json-by-schema",
    {
        **_said("Describe the sea in two sentences."),
        "response_format": {"type": "json_schema", "json_schema": SCHEMA},
        "max_tokens": 96,
    },
)

FEATURES = (
    Row(
        "request.tools-refused",
        "this model calls no tools",
        (Case("tools", {"tools": [WEATHER]}, "tools", gateway=True),),
        LACKING,
    ),
    Row(
        "request.functions-refused",
        "this model calls no functions",
        (Case("functions", {"functions": [WEATHER["function"]]}, "functions", gateway=True),),
        LACKING,
    ),
    Row(
        "request.tool-choice-refused",
        "this model calls no tools",
        (Case("choice-required", {"tool_choice": "required"}, "tool_choice", gateway=True),),
        LACKING,
    ),
    Row(
        "request.json-mode-refused",
        "this model has no JSON mode",
        (
            Case(
                "json-object",
                {"response_format": {"type": "json_object"}, "stream": True},
                "response_format.type",
                gateway=True,
            ),
        ),
        UNSUPPORTED,
    ),
    Row(
        "request.json-schema-refused",
        "this model has no JSON mode",
        (
            Case(
                "json-schema",
                {"response_format": {"type": "json_schema", "json_schema": SCHEMA}},
                "response_format.type",
                gateway=True,
            ),
        ),
        UNSUPPORTED,
    ),
    Row(
        "request.format-malformed-refused",
        "`response_format` is malformed",
        (
            Case(
                "format-string", {"response_format": "json"}, "response_format", TYPE, gateway=True
            ),
            Case("format-number", {"response_format": {"type": 5}}),
        ),
    ),
    Row(
        "request.stream-options-alone",
        "`stream_options` needs `stream: true`",
        (Case("options-alone", {"stream_options": {"include_usage": True}}, "stream_options"),),
        VALUE,
    ),
    Row(
        "request.caps-conflict-refused",
        "two caps differ",
        (Case("caps-differ", {"max_completion_tokens": 2}, "max_tokens", gateway=True),),
        VALUE,
    ),
)

HARMLESS = (
    Row(
        "request.text-format",
        "text is what is answered anyway",
        (Case("format-text", {"response_format": {"type": "text"}}, within="harmless"),),
    ),
    Row(
        "request.empty-tools",
        "an empty list asks for nothing",
        (Case("tools-empty", {"tools": [], "functions": []}, gateway=True, within="harmless"),),
    ),
    Row(
        "request.tool-choice-none",
        "it asks for nothing",
        (Case("choice-none", {"tool_choice": "none"}, gateway=True, within="harmless"),),
    ),
    Row(
        "request.caps-equal",
        "both caps say the same",
        (Case("caps-equal", {"max_completion_tokens": 1}, gateway=True, within="harmless"),),
    ),
)


def _features(scene: Scene) -> Script:
    yield from recall("baseline/plain")
    yield from send_cases(scene, FEATURES + HARMLESS)
    for case in (TOOL, JSON_MODE, JSON_SCHEMA):
        yield from ask(request_of(scene, case))


WISHES = Probe("request-features", _features)


@capability("tools", on=WISHES)
def tools(transcript: Transcript) -> Found:
    """A required tool call is made."""
    reading = decided(transcript, TOOL.label)
    calls = dig(reading.json.value, "choices", 0, "message", "tool_calls")
    return classify(reading, isinstance(calls, list) and bool(calls), "tool_choice: required")
