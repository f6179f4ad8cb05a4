"""How `prompt_tokens` follows from what was sent."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from conformance import forge
from conformance.answering import CONTROL
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, judges
from conformance.probe import Transcript
from conformance.probes.always import OVERLAP, PLACES
from conformance.probes.caps import CEILINGS
from conformance.probes.request_accepted import FOREIGN, FOREIGN_TIMES, TAKEN
from conformance.probes.request_roles import ROLES
from conformance.probes.usage import PROMPTS, REPEATS
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable, Untestable

Forged = Callable[[Transcript], Transcript]


def prompt_of(transcript: Transcript, label: str) -> tuple[int, Reading]:
    """Return the prompt's count of an answered exchange; Untestable without one."""
    reading = transcript.answered(label)
    if reading.usage is None or reading.usage.prompt is None:
        raise Untestable(f"{reading.id} reports no prompt_tokens")
    return reading.usage.prompt, reading


def recount(label: str, change: Callable[[int], int], words: str) -> Forged:
    """Return a forgery that changes the prompt's count of one labelled answer."""

    def edit(document: Any) -> None:
        usage = document["usage"]
        usage["prompt_tokens"] = change(usage["prompt_tokens"])
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]

    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_json(transcript[label].exchange, edit))

    forgery.__doc__ = words
    return forgery


def _says(reading: Reading, expected: str, actual: str) -> Finding:
    return Finding(reading.at_pointer("/usage/prompt_tokens"), expected, actual, reading.id)


def constant(transcript: Transcript) -> Transcript:
    """Every prompt costs the same."""
    forged = transcript
    for count in REPEATS:
        forged = recount(f"words-{count}", lambda _: 25, "")(forged)
    return forged


@judges("usage.prompt-grows", on=PROMPTS, forgery=constant)
def prompt_grows(transcript: Transcript) -> Statements:
    """More repetitions of a word have more `prompt_tokens`."""
    counts = [prompt_of(transcript, f"words-{count}") for count in REPEATS]
    for (fewer, _), (more, reading) in itertools.pairwise(counts):
        if more <= fewer:
            yield _says(reading, f"more than {fewer} for more words", str(more))


@judges(
    "usage.prompt-slope",
    on=PROMPTS,
    forgery=recount("words-23", lambda count: count + 1, "One prompt costs one token more."),
)
def prompt_slope(transcript: Transcript) -> Statements:
    """Every repetition more adds the same number of tokens."""
    counts = [prompt_of(transcript, f"words-{count}") for count in REPEATS]
    steps = [
        Fraction(more - fewer, words - before)
        for (before, (fewer, _)), (words, (more, _)) in itertools.pairwise(
            zip(REPEATS, counts, strict=True)
        )
    ]
    if len(set(steps)) > 1:
        seen = ", ".join(
            f"{words} words: {n}" for words, (n, _) in zip(REPEATS, counts, strict=True)
        )
        each = ", ".join(f"{float(step):.2f}" for step in steps)
        yield _says(counts[-1][1], "as many tokens for each word", f"{seen} ({each} a word)")


def _per_word(transcript: Transcript) -> float:
    """Tokens a word more costs; NotApplicable where words cost nothing, which is one finding."""
    first, _ = prompt_of(transcript, f"words-{REPEATS[0]}")
    last, _ = prompt_of(transcript, f"words-{REPEATS[-1]}")
    if last <= first:
        raise NotApplicable("prompt_tokens does not grow at all, as usage.prompt-grows tells")
    return (last - first) / (REPEATS[-1] - REPEATS[0])


def _last_one_dearer(transcript: Transcript) -> Transcript:
    """One of the answers to a prompt counts a token more."""
    label = "again" if transcript.get("again") is not None else "newer"
    return recount(label, lambda count: count + 1, "")(transcript)


@judges("usage.prompt-stable", on=(BASELINE, CEILINGS), forgery=_last_one_dearer)
def prompt_stable(transcript: Transcript) -> Statements:
    """The same messages have the same `prompt_tokens` each time, whatever the cap."""
    first, plain = prompt_of(transcript, "plain")
    for sent in transcript.readings:
        same = sent.asked("messages") == plain.asked("messages")
        if not same or sent.is_stream_request or not sent.ok:
            continue
        count, reading = prompt_of(transcript, sent.exchange.request.label)
        if count != first:
            yield _says(reading, f"{first}, as in {plain.id}", str(count))


@judges(
    "usage.prompt-parameters",
    on=PROMPTS,
    forgery=recount("sampled", lambda count: count + 1, "Sampling costs a prompt token."),
)
def prompt_parameters(transcript: Transcript) -> Statements:
    """Temperature, seed and cap leave `prompt_tokens` as it is."""
    plain, _ = prompt_of(transcript, "words-10")
    reading = transcript["sampled"]
    if reading.status is not None and 400 <= reading.status < 500:
        raise NotApplicable("the target refuses one of temperature, top_p and seed")
    sampled, reading = prompt_of(transcript, "sampled")
    if plain != sampled:
        yield _says(reading, f"{plain}, as at temperature 0", str(sampled))


@judges(
    "usage.system-counted",
    on=PROMPTS,
    forgery=recount("system", lambda _: 1, "The system message is not counted."),
)
def system_counted(transcript: Transcript) -> Statements:
    """A system message adds to `prompt_tokens`, where anything does."""
    _per_word(transcript)
    bare, _ = prompt_of(transcript, "words-10")
    whole, reading = prompt_of(transcript, "system")
    if whole < bare + 4:
        yield _says(reading, f"at least {bare + 4} with a system message of 7 words", str(whole))


@judges(
    "usage.developer-counted",
    on=ROLES,
    forgery=recount("developer", lambda _: 1, "The developer message is not counted."),
)
def developer_counted(transcript: Transcript) -> Statements:
    """A developer message adds to `prompt_tokens`."""
    bare, _ = prompt_of(transcript, CONTROL)
    whole, reading = prompt_of(transcript, "developer")
    if whole < bare + 4:
        yield _says(reading, f"at least {bare + 4} with a developer message of 8 words", str(whole))


def _turn_judge(longer: str, what: str) -> Callable[[Transcript], Statements]:
    def judge(transcript: Transcript) -> Statements:
        per_word = _per_word(transcript)
        refused = transcript["turns"].status
        if refused is not None and 400 <= refused < 500:
            raise NotApplicable("the target refuses a conversation of several turns")
        short, _ = prompt_of(transcript, "turns")
        long, reading = prompt_of(transcript, longer)
        expected = math.floor(20 * per_word * 0.9)
        if long - short < max(expected, 1):
            yield _says(
                reading,
                f"about {20 * per_word:.0f} more for 20 words more in {what}",
                f"{long - short} more ({short} and {long})",
            )

    judge.__doc__ = f"Words in {what} are counted like any others."
    return judge


judges(
    "usage.turns-counted",
    on=PROMPTS,
    forgery=recount("turns-first-longer", lambda _: 12, "Only the last turn is counted."),
)(_turn_judge("turns-first-longer", "an earlier user turn"))

judges(
    "usage.assistant-counted",
    on=PROMPTS,
    forgery=recount("turns-answer-longer", lambda _: 12, "The assistant's turns are not counted."),
)(_turn_judge("turns-answer-longer", "an earlier assistant turn"))


@judges(
    "usage.parts-counted",
    on=PROMPTS,
    forgery=recount("parts", lambda _: 12, "Only the first part is counted."),
)
def parts_counted(transcript: Transcript) -> Statements:
    """Words in the second text part are counted like any others."""
    per_word = _per_word(transcript)
    short, _ = prompt_of(transcript, "words-10")
    long, reading = prompt_of(transcript, "parts")
    if long - short < max(math.floor(20 * per_word * 0.9), 1):
        yield _says(reading, f"about {20 * per_word:.0f} more for 20 words", f"{long - short} more")


@judges(
    "usage.foreign-counted",
    on=TAKEN,
    forgery=recount("unicode-whole", lambda _: 18, "Letters beyond ASCII are not counted."),
)
def foreign_counted(transcript: Transcript) -> Statements:
    """A word beyond ASCII, repeated, adds more tokens than its blanks."""
    sentence, _ = prompt_of(transcript, CONTROL)
    whole, reading = prompt_of(transcript, "unicode-whole")
    least = sentence + FOREIGN_TIMES * 3 // 2
    if whole < least:
        yield _says(
            reading,
            f"at least {least}: {FOREIGN.strip()} {FOREIGN_TIMES} times, and more",
            f"{whole}, and {sentence} for a short sentence",
        )


@judges(
    "usage.overlap",
    on=OVERLAP,
    forgery=recount("whole-1", lambda count: count + 3, "One request is billed as another."),
)
def overlap(transcript: Transcript) -> Statements:
    """Requests at the same time are counted as when they are alone."""
    for place in PLACES:
        alone, _ = prompt_of(transcript, f"alone-{place}")
        for mode in ("whole", "streamed"):
            sent = transcript.get(f"{mode}-{place}")
            if sent is None or (sent.is_stream_request and not sent.wanted_usage):
                continue
            count, reading = prompt_of(transcript, f"{mode}-{place}")
            if count != alone:
                yield _says(reading, f"{alone}, as when it was sent alone", str(count))


@judges(
    "usage.turn-overhead",
    on=PROMPTS,
    forgery=recount(
        "conversation", lambda count: count + 2, "The conversation costs two tokens more."
    ),
)
def turn_overhead(transcript: Transcript) -> Statements:
    """Three turns cost what they cost alone, less the marks that a conversation has once."""
    _per_word(transcript)
    order, _ = prompt_of(transcript, "bare")
    word, _ = prompt_of(transcript, "word")
    whole, reading = prompt_of(transcript, "conversation")
    expected = 2 * order + word - 2 * GEMMA_ONCE
    if whole != expected:
        yield _says(
            reading,
            f"{expected}: {order} + {word} + {order}, less 4 for each turn but the first",
            str(whole),
        )


GEMMA_ONCE = 4
"""Tokens that a conversation has once: `<bos>` and the header of the answer."""
