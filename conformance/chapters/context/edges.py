"""The two edges of the window, and the answer that fills it."""

from __future__ import annotations

from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.context.forging import (
    accepted,
    filler_words,
    says,
    tampered,
)
from conformance.exchange import Exchange
from conformance.kinds import chat_answer
from conformance.probe import Transcript
from conformance.probes.context import WINDOW, filled
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable, Untestable


@judges(
    "context.fits",
    on=WINDOW,
    forgery=tampered(
        "inside", lambda each: forge.with_status(each, 400), "A prompt that fits is refused."
    ),
)
def fits(transcript: Transcript) -> Statements:
    """A prompt just inside the window is answered."""
    reading = transcript["inside"]
    if reading.status is None or reading.status == 429:
        raise Inconclusive(f"{reading.id}: {reading.exchange.ending.value}")
    if not reading.ok:
        yield says(
            reading,
            f"200 for a prompt just inside the window of {transcript.setting.context_window}",
            f"{reading.status}: {reading.error.text[:120]}{_bisected(transcript)}",
        )


@judges(
    "context.window-true",
    on=WINDOW,
    forgery=tampered("outside", accepted, "A prompt just over the window is answered."),
)
def window_true(transcript: Transcript) -> Statements:
    """A prompt just over the window is refused."""
    reading = transcript["outside"]
    if reading.ok:
        counted = reading.usage.prompt if reading.usage else None
        yield says(
            reading,
            f"a refusal: just over the window of {transcript.setting.context_window}",
            f"200, with prompt_tokens {counted}{_bisected(transcript)}",
        )


def _bisected(transcript: Transcript) -> str:
    fits = [0]
    fails: list[int] = []
    for reading in (*transcript.labelled("inside"), *transcript.labelled("bisect")):
        size = len(filled(0)) if reading.exchange.request.body is None else filler_words(reading)
        (fits if reading.ok else fails).append(size)
    if not fails:
        return ""
    return f"; the effective edge lies between {max(fits)} and {min(fails)} filler words"


@reads("context.sum", where=lambda reading: _sized(reading), forgery=lambda each: _beyond(each))
def window_sum(reading: Reading) -> Statements:
    """Prompt and completion together are within the window."""
    window = reading.setting.context_window
    usage = reading.usage
    assert usage is not None
    assert usage.counts is not None
    choices = max(len(set(reading.choice_indexes)), 1)
    if window and usage.counts[0] + usage.counts[1] / choices > window:
        yield Finding(
            reading.at_pointer("/usage"),
            f"at most {window} tokens of prompt and completion",
            f"{usage.counts[0]} + {usage.counts[1]}",
            reading.id,
        )


def _sized(reading: Reading) -> bool:
    return chat_answer(reading) and reading.usage is not None and reading.usage.counts is not None


def _beyond(exchange: Exchange) -> Exchange | None:
    """More tokens are counted than the window holds."""
    if Reading(exchange).is_stream:
        return None

    def edit(document: Any) -> None:
        document["usage"]["completion_tokens"] += 1_000_000

    return forge.with_json(exchange, edit)


@judges(
    "context.edge-length",
    on=WINDOW,
    forgery=tampered("edge", lambda each: forge.with_json(each, _stopped), "It says `stop`."),
)
def edge_length(transcript: Transcript) -> Statements:
    """An answer that fills the window ends with `length`."""
    reading = transcript.answered("edge")
    window = transcript.setting.context_window
    usage = reading.usage
    if usage is None or usage.counts is None:
        raise Untestable(f"{reading.id} reports no usage")
    if usage.counts[0] + usage.counts[1] < (window or 0):
        raise NotApplicable("the answer ended before the window was full")
    if reading.finish_of() != "length":
        yield Finding(
            reading.at_pointer("/choices/0/finish_reason"),
            "'length': the window is full",
            repr(reading.finish_of()),
            reading.id,
        )


def _stopped(document: Any) -> None:
    document["choices"][0]["finish_reason"] = "stop"
    total = 4096
    document["usage"]["completion_tokens"] = total - document["usage"]["prompt_tokens"]


@judges(
    "context.cap-clamped",
    on=WINDOW,
    forgery=tampered("edge", lambda each: forge.with_status(each, 400), "The cap is refused."),
)
def cap_clamped(transcript: Transcript) -> Statements:
    """A cap larger than the room left is a ceiling, not an error."""
    reading = transcript["edge"]
    if reading.refused and (reading.status or 500) < 500:
        yield says(
            reading, "200: the cap is a ceiling", f"{reading.status}: {reading.error.text[:120]}"
        )
