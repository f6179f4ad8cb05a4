"""Whether the whole prompt was read: its first word, its first turn, its length."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.context.forging import (
    filler_words,
    tampered,
)
from conformance.probe import Transcript
from conformance.probes.context import EARLY, WINDOW
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable, Untestable


def _evidence(reading: Reading) -> tuple[object, ...]:
    """Return what a changed prompt could change: the text and any log probabilities."""
    choice = reading.choice()
    entries = choice.logprobs if choice else ()
    numbers = [getattr(entry, "value", entry) for entry in entries]
    values = tuple(str(each.get("logprob")) for each in numbers if isinstance(each, dict))
    return reading.text_of(), values


def _differ(transcript: Transcript, name: str, other: str = "Maple") -> bool:
    return _evidence(transcript.answered(f"{name}-Tulip")) != _evidence(
        transcript.answered(f"{name}-{other}")
    )


def _same_answers(
    name: str, words: str, other: str = "Maple"
) -> Callable[[Transcript], Transcript]:
    def forgery(transcript: Transcript) -> Transcript:
        first = transcript[f"{name}-Tulip"].exchange
        second = transcript[f"{name}-{other}"].exchange
        return transcript.replacing(forge.with_body(second, first.body))

    forgery.__doc__ = words
    return forgery


@judges(
    "context.first-word",
    on=WINDOW,
    forgery=_same_answers("full", "The first word of a full prompt changes nothing."),
)
def first_word(transcript: Transcript) -> Statements:
    """The answer to a nearly full prompt depends on its first word, as a shorter one's does."""
    if not _differ(transcript, "alone"):
        raise NotApplicable("answers do not depend on the first word of a short prompt either")
    if not _differ(transcript, "full"):
        reading = transcript["full-Maple"]
        yield Finding(
            reading.at_pointer("/choices/0/message/content"),
            "another answer than to the prompt that begins with Tulip",
            f"the same: {reading.text_of()[:80]!r}",
            reading.id,
        )


@judges(
    "context.last-word",
    on=WINDOW,
    forgery=_same_answers("full", "The question of a full prompt changes nothing.", "late"),
)
def last_word(transcript: Transcript) -> Statements:
    """The answer to a nearly full prompt depends on the question at its end."""
    if not (_differ(transcript, "alone") and _differ(transcript, "full")):
        raise NotApplicable("the answers do not even depend on the first word of a prompt")
    if not _differ(transcript, "full", "late"):
        reading = transcript["full-late"]
        yield Finding(
            reading.at_pointer("/choices/0/message/content"),
            "another answer than to the prompt that ends with another question",
            f"the same: {reading.text_of()[:80]!r}",
            reading.id,
        )


@judges(
    "context.early-turn",
    on=EARLY,
    forgery=_same_answers("turns", "The first of twelve turns changes nothing."),
)
def early_turn(transcript: Transcript) -> Statements:
    """The answer to a conversation of twelve turns depends on the first of them."""
    refused = transcript["turns-Tulip"].status or 0
    if 400 <= refused < 500:
        raise NotApplicable("the target refuses a conversation of twelve turns")
    if not _differ(transcript, "alone"):
        raise NotApplicable("answers do not depend on the first word of a single turn either")
    if not _differ(transcript, "turns"):
        reading = transcript["turns-Maple"]
        yield Finding(
            reading.at_pointer("/choices/0/message/content"),
            "another answer than to the conversation that begins with Tulip",
            f"the same: {reading.text_of()[:80]!r}",
            reading.id,
        )


@judges(
    "context.no-saturation",
    on=WINDOW,
    forgery=tampered("half", lambda each: forge.with_json(each, _saturated), "Counts stand still."),
)
def no_saturation(transcript: Transcript) -> Statements:
    """`prompt_tokens` keeps growing with the prompt until one is refused."""
    counted = []
    for label in ("first", "half", "full-Tulip", "inside", "overflow"):
        reading = transcript.get(label)
        if (
            reading is not None
            and reading.ok
            and reading.usage
            and reading.usage.prompt is not None
        ):
            counted.append((filler_words(reading), reading.usage.prompt, reading))
    if len(counted) < 2:
        raise Untestable("fewer than two prompts of this conversation were counted")
    counted.sort(key=lambda each: each[0])
    for (fewer, low, _), (more, high, reading) in itertools.pairwise(counted):
        # A word is one token or so; half of that is a count that stands still.
        if high - low < (more - fewer) / 2:
            yield Finding(
                reading.at_pointer("/usage/prompt_tokens"),
                f"about {more - fewer} more for {more - fewer} words more",
                f"{high - low} more ({low} and {high})",
                reading.id,
            )


def _saturated(document: Any) -> None:
    document["usage"]["prompt_tokens"] = 215
