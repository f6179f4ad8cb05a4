"""What a model may lack: asked for, it is given or refused, never taken and dropped."""

from __future__ import annotations

from conformance import forge, json_view
from conformance.answering import BASELINE, decided
from conformance.catalogue import Statements, TranscriptForgery, judges
from conformance.json_view import dig
from conformance.probe import Transcript
from conformance.probes.request_features import JSON_MODE, JSON_SCHEMA, TOOL, WISHES
from conformance.verdict import Finding


def answered_plainly(label: str) -> TranscriptForgery:
    """Return the forgery that answers a request with ordinary prose."""

    def forgery(transcript: Transcript) -> Transcript:
        exchange = forge.with_status(transcript[label].exchange, 200)
        return transcript.replacing(forge.with_body(exchange, transcript[BASELINE].exchange.body))

    return forgery


@judges("request.tools-not-ignored", on=WISHES, forgery=answered_plainly(TOOL.label))
def tools_not_ignored(transcript: Transcript) -> Statements:
    """A required tool call is made, or refused."""
    reading = decided(transcript, TOOL.label)
    if not reading.ok:
        return
    calls = dig(reading.json.value, "choices", 0, "message", "tool_calls")
    if not (isinstance(calls, list) and calls):
        yield Finding(
            reading.at_pointer("/choices/0/message/tool_calls"),
            "a call, since tool_choice is required, or a 4xx",
            reading.snippet(),
            reading.id,
        )


def _is_json(transcript: Transcript, label: str) -> Statements:
    """The text of an answer is a JSON object, or the beginning of one that was cut."""
    reading = decided(transcript, label)
    if not reading.ok:
        return
    text = reading.text_of()
    if reading.finish_of() == "length" and text.lstrip()[:1] in ("", "{"):
        return
    if not isinstance(json_view.read(text).value, dict):
        yield Finding(
            reading.at_pointer("/choices/0/message/content"),
            "a JSON object, as response_format asked, or a 4xx",
            repr(text[:100]),
            reading.id,
        )


@judges("request.json-mode-not-ignored", on=WISHES, forgery=answered_plainly(JSON_MODE.label))
def json_mode_not_ignored(transcript: Transcript) -> Statements:
    """Text asked for as JSON is a JSON object, or refused."""
    yield from _is_json(transcript, JSON_MODE.label)


@judges("request.json-schema-not-ignored", on=WISHES, forgery=answered_plainly(JSON_SCHEMA.label))
def json_schema_not_ignored(transcript: Transcript) -> Statements:
    """Text asked for by a schema is a JSON object, or refused."""
    yield from _is_json(transcript, JSON_SCHEMA.label)
