"""What the judges of the window share: forgeries of one labelled answer, and findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.reading import Reading
from conformance.verdict import Finding


def tampered(
    label: str, change: Callable[[Exchange], Exchange], words: str
) -> Callable[[Transcript], Transcript]:
    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(change(transcript[label].exchange))

    forgery.__doc__ = words
    return forgery


def error_edited(
    label: str, name: str, value: object, words: str
) -> Callable[[Transcript], Transcript]:
    def edit(document: Any) -> None:
        document["error"][name] = value

    return tampered(label, lambda exchange: forge.with_json(exchange, edit), words)


def accepted(exchange: Exchange) -> Exchange:
    """Answer what was refused, with a count that shows it cut."""
    usage = {"prompt_tokens": 2048, "completion_tokens": 1, "total_tokens": 2049}
    message = {"role": "assistant", "content": "ok"}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "length"}],
        "usage": usage,
    }
    return forge.with_status(forge.with_json(exchange, lambda _: body), 200)


def says(reading: Reading, expected: str, actual: str) -> Finding:
    """Return a finding about a status."""
    return Finding(reading.at_status(), expected, actual, reading.id)


def filler_words(reading: Reading) -> int:
    """Return how many filler words a prompt had."""
    return (reading.exchange.request.body or b"").count(b" a")
