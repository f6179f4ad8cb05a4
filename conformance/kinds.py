"""Kinds: which exchanges a judge is about, in one word each. Judges nothing."""

from __future__ import annotations

from conformance.exchange import Ending
from conformance.reading import Reading

_READ_TO_THE_END = frozenset({Ending.COMPLETE, Ending.INCOMPLETE, Ending.RESET, Ending.TIMEOUT})


def answered(reading: Reading) -> bool:
    """Any exchange that got a status line."""
    return reading.status is not None


def chat_answer(reading: Reading) -> bool:
    """A chat request, clear in what it asks, that succeeded; in either mode."""
    return reading.is_chat and reading.ok and reading.clear


def completion(reading: Reading) -> bool:
    """A chat request without `stream: true` that succeeded and was read to its end."""
    return chat_answer(reading) and not reading.is_stream_request and read_to_the_end(reading)


def streamed(reading: Reading) -> bool:
    """A chat request with `stream: true` that succeeded, read as far as we wanted."""
    return chat_answer(reading) and reading.is_stream_request


def whole_stream(reading: Reading) -> bool:
    """A stream that we read until the target ended it."""
    return streamed(reading) and read_to_the_end(reading)


def completed_stream(reading: Reading) -> bool:
    """A whole stream of events that reports no error: what a client takes for an answer."""
    return whole_stream(reading) and reading.is_stream and not reading.stream.errors


def refusal(reading: Reading) -> bool:
    """A status of 4xx or 5xx."""
    return reading.status is not None and reading.status >= 400


def read_to_the_end(reading: Reading) -> bool:
    """Whether the target, and not we, ended the exchange."""
    return reading.exchange.ending in _READ_TO_THE_END
