"""Ceilings on the tokens of an answer: kept, in both spellings and both modes, and told of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance import forge, retelling
from conformance.catalogue import Statements, TranscriptForgery, judges, reads
from conformance.chapters.sampling.stops import shown, text_place
from conformance.exchange import Exchange
from conformance.json_view import integer
from conformance.kinds import chat_answer, read_to_the_end
from conformance.obtained import asked, obtained, refusal, refused
from conformance.probe import Transcript
from conformance.probes.caps import CAPS, CEILINGS, MANY, MORE_CEILINGS
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

LONGEST_CHARACTER = 4
"""Tokens of a character when each is one byte of it."""


def cap_of(reading: Reading) -> int | None:
    """Return the lower of the ceilings a request names."""
    given = [integer(reading.asked(name)) for name in ("max_tokens", "max_completion_tokens")]
    return min((cap for cap in given if cap is not None and cap > 0), default=None)


def cramped(reading: Reading) -> bool:
    """A ceiling under which a character that is spelled byte for byte may not become whole."""
    cap = cap_of(reading)
    return cap is not None and cap < LONGEST_CHARACTER


def choices_of(reading: Reading) -> int:
    """Return how many choices a request asks for."""
    asked_for = integer(reading.asked("n"))
    return asked_for if asked_for is not None and asked_for > 0 else 1


def spent(reading: Reading) -> int | None:
    """Return the completion tokens an answer reports."""
    return reading.usage.completion if reading.usage else None


def capped_and_counted(reading: Reading) -> bool:
    """An answer with a count of tokens, to a request with a ceiling."""
    return (
        chat_answer(reading)
        and read_to_the_end(reading)
        and spent(reading) is not None
        and cap_of(reading) is not None
    )


def above_the_cap(exchange: Exchange) -> Exchange:
    """One token more than the ceilings of all choices is counted."""
    reading = Reading(exchange)
    most = (cap_of(reading) or 1) * choices_of(reading)
    return retelling.with_completion_tokens(exchange, lambda _: most + 1)


@reads("sampling.cap-respected", where=capped_and_counted, forgery=above_the_cap)
def cap_respected(reading: Reading) -> Statements:
    """`completion_tokens` is no more than the ceiling, for each choice."""
    cap, count, tokens = cap_of(reading), choices_of(reading), spent(reading)
    if cap is not None and tokens is not None and tokens > cap * count:
        event = reading.usage.event if reading.usage else None
        pointer = "/usage/completion_tokens"
        where = reading.at_pointer(pointer) if event is None else reading.at_event(event, pointer)
        each = f" for each of {count} choices" if count > 1 else ""
        yield Finding(where, f"at most {cap}, the cap{each}", str(tokens), reading.id)


def _like(label: str, other: str) -> TranscriptForgery:
    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None:
            return None
        text = _text(transcript, other)
        return transcript.replacing(retelling.with_text(reading.exchange, lambda _: text))

    forgery.__doc__ = "A lower cap gives as much text."
    return forgery


def _text(transcript: Transcript, label: str) -> str:
    if label == "greedy":
        return transcript.setting.greedy
    return transcript[label].text_of()


def _shorter(transcript: Transcript, label: str, than: str) -> Statements:
    """One answer has less text than another under a higher cap, where that has much."""
    reading, more = obtained(transcript, label), _text(transcript, than)
    text = reading.text_of()
    if len(more) < MANY:
        raise NotApplicable("the target's own answer is too short to tell")
    if len(text) >= len(more):
        expected = f"fewer than the {len(more)} characters it takes without so low a cap"
        yield Finding(text_place(reading), expected, shown(text), reading.id)


@judges("sampling.cap-cuts-text", on=CEILINGS, forgery=_like("cap-5", "greedy"))
def cap_cuts_text(transcript: Transcript) -> Statements:
    """Ceilings of 1 and 5 tokens give less text than one of 48."""
    for cap in CAPS:
        yield from _shorter(transcript, f"cap-{cap}", "greedy")


@judges("sampling.cap-stream", on=CEILINGS, forgery=_like("cap-5-streamed", "greedy"))
def cap_stream(transcript: Transcript) -> Statements:
    """A ceiling of 5 tokens gives less text than one of 48 in a stream."""
    yield from _shorter(transcript, "cap-5-streamed", "greedy")


@judges(
    "sampling.cap-one",
    on=CEILINGS,
    forgery=lambda transcript: transcript.replacing(
        forge.with_status(transcript["cap-1"].exchange, 400)
    ),
)
def cap_one(transcript: Transcript) -> Statements:
    """A ceiling of one token is not refused."""
    if refused(transcript["cap-1"]):
        yield refusal(transcript["cap-1"])


@judges("sampling.completion-cap", on=CEILINGS, forgery=_like("newer", "greedy"))
def completion_cap(transcript: Transcript) -> Statements:
    """`max_completion_tokens: 5` gives less text than a ceiling of 48, or is refused."""
    yield from _shorter(transcript, "newer", "greedy")


@judges("sampling.completion-cap-stream", on=CEILINGS, forgery=_like("newer-streamed", "greedy"))
def completion_cap_stream(transcript: Transcript) -> Statements:
    """`max_completion_tokens: 5` gives a stream of less text than 48, or is refused."""
    yield from _shorter(transcript, "newer-streamed", "greedy")


def _newer_refused(transcript: Transcript) -> Transcript:
    """`max_completion_tokens` is refused."""
    return transcript.replacing(forge.with_status(transcript["newer"].exchange, 400))


@judges("sampling.completion-cap-accepted", on=CEILINGS, forgery=_newer_refused)
def completion_cap_accepted(transcript: Transcript) -> Statements:
    """`max_completion_tokens` is not refused."""
    for label in ("newer", "newer-streamed"):
        reading = transcript.get(label)
        if reading is not None and refused(reading):
            yield refusal(reading)


def _one_less(text: str) -> str:
    return text[:-1]


def _retold(label: str, change: Callable[[str], str]) -> TranscriptForgery:
    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None:
            return None
        return transcript.replacing(retelling.with_text(reading.exchange, change))

    return forgery


@judges("sampling.completion-cap-same", on=CEILINGS, forgery=_retold("newer", _one_less))
def completion_cap_same(transcript: Transcript) -> Statements:
    """Five tokens under the newer name are the five tokens under the older."""
    newer, older = obtained(transcript, "newer"), obtained(transcript, "cap-5")
    got = (newer.text_of(), newer.finish_of())
    due = (older.text_of(), older.finish_of())
    if got != due:
        yield Finding(text_place(newer), f"{due}, as with max_tokens", str(got), newer.id)


@judges("sampling.cap-prefix", on=CEILINGS, forgery=_retold("cap-5", lambda text: f"Sure! {text}"))
def cap_prefix(transcript: Transcript) -> Statements:
    """Answers under lower ceilings are beginnings of the answer under a higher one."""
    own = transcript.setting.greedy
    for reading in transcript.readings:
        label = reading.exchange.request.label
        if label.startswith("cap-") and reading.ok:
            text = reading.text_of().rstrip("\ufffd").rstrip()
            if not own.startswith(text) and not text.startswith(own):
                begins = f"the beginning of {own[: len(text) + 20]!r}"
                yield Finding(text_place(reading), begins, shown(text), reading.id)


@judges(
    "sampling.uncapped-whole",
    on=MORE_CEILINGS,
    forgery=lambda transcript: _retold("uncapped", lambda text: text[:20])(transcript),
)
def uncapped_whole(transcript: Transcript) -> Statements:
    """Without a ceiling, an answer that says `stop` is not shorter than under one."""
    own = transcript.setting.greedy
    for label in ("uncapped", "uncapped-streamed"):
        if transcript.get(label) is None and label != "uncapped":
            continue
        reading = obtained(transcript, label)
        text = reading.text_of().rstrip()
        if reading.finish_of() == "stop" and own.startswith(text) and len(text) < len(own.rstrip()):
            expected = f"at least the {len(own)} characters that a cap of 48 allows"
            yield Finding(text_place(reading), expected, shown(text), reading.id)


def _cut_at(tokens: int) -> Callable[[Any], None]:
    def edit(document: Any) -> None:
        document["choices"][0]["finish_reason"] = "length"
        document["usage"]["completion_tokens"] = tokens

    return edit


@judges(
    "sampling.no-hidden-cap",
    on=MORE_CEILINGS,
    forgery=lambda transcript: transcript.replacing(
        forge.with_json(transcript["long"].exchange, _cut_at(256))
    ),
)
def no_hidden_cap(transcript: Transcript) -> Statements:
    """Without a ceiling an answer is not cut before 512 tokens."""
    reading = obtained(transcript, "long")
    tokens = spent(reading)
    if reading.finish_of() == "length" and tokens is not None and tokens < 512:
        where = reading.at_pointer("/choices/0/finish_reason")
        yield Finding(where, "no cut before 512 tokens", f"'length' at {tokens}", reading.id)


def _tie_says_length(transcript: Transcript) -> Transcript:
    """An answer that is complete says `length`."""
    return transcript.replacing(retelling.with_finish(transcript["tie"].exchange, "length"))


@judges("sampling.cap-tie", on=MORE_CEILINGS, forgery=_tie_says_length)
def cap_tie(transcript: Transcript) -> Statements:
    """A ceiling of exactly the tokens an answer takes leaves it whole, with `stop`."""
    why = "no short answer that ended by itself and was counted"
    asked(transcript, "tie", why)
    own = (transcript.get("whole") or transcript["yes"]).text_of()
    reading = obtained(transcript, "tie", why)
    if reading.text_of() == own and reading.finish_of() != "stop":
        finish = repr(reading.finish_of())
        yield Finding(text_place(reading), "finish_reason 'stop'", finish, reading.id)
