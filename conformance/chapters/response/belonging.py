"""Whose answer it is: of this request and no other, in its own words, with an id of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from conformance import forge
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, judges, reads
from conformance.exchange import Exchange
from conformance.kinds import completion
from conformance.probe import Transcript
from conformance.probes.response import AFTER, ANSWERS, AT_ONCE_LABELS, STREAM_LABELS, WORDS
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable

Forged = Callable[[Transcript], Transcript | None]

REPLACEMENT = "\ufffd"
COUNTED = re.compile(r"\s*1\D+2\b")
NOT_TEXT = re.compile(r"[^\w]+")


def _texts(transcript: Transcript, labels: Iterable[str]) -> list[tuple[str, Reading]]:
    """Texts of the answered ones among some labels; empty texts are left out."""
    found = []
    for label in labels:
        reading = transcript.get(label)
        if reading is not None and reading.ok and reading.text_of().strip():
            found.append((reading.text_of().strip(), reading))
    return found


def _first_text(transcript: Transcript, source: str, target: str) -> Transcript:
    """Give one exchange the text of another."""
    text = transcript[source].text_of()
    return transcript.replacing(_saying(transcript[target].exchange, text))


def _saying(exchange: Exchange, text: str) -> Exchange:
    if not Reading(exchange).is_stream:
        return forge.with_json(
            exchange, lambda answer: answer["choices"][0]["message"].update(content=text)
        )
    told: list[bool] = []

    def edit(chunk: Any) -> None:
        delta = chunk["choices"][0]["delta"] if chunk.get("choices") else {}
        if delta.get("content"):
            delta["content"] = "" if told else text
            told.append(True)

    return forge.each_chunk(exchange, edit)


def copied(source: str, target: str, words: str) -> Forged:
    """Return a forgery in which one answer is given to two requests."""

    def forgery(transcript: Transcript) -> Transcript | None:
        if transcript.get(source) is None or transcript.get(target) is None:
            return None
        return _first_text(transcript, source, target)

    forgery.__doc__ = words
    return forgery


ALL_LABELS = (*AT_ONCE_LABELS, *STREAM_LABELS, *(f"late-{word}" for word in WORDS), "first", "last")


def _leave_if_constant(transcript: Transcript) -> None:
    """Leave where every question gets one answer: one peculiarity is one finding, not five."""
    texts = [text for text, _ in _texts(transcript, ALL_LABELS)]
    if len(texts) > 3 and len(set(texts)) == 1:
        raise NotApplicable("every answer is the same; response.answers-differ judges that")


def _alike(found: list[tuple[str, Reading]], why: str) -> Statements:
    """Yield a finding for each text that an earlier one of unlike prompts has too."""
    if len(found) < 2:
        raise Inconclusive("fewer than two of these requests were answered with text")
    seen: dict[str, Reading] = {}
    for text, reading in found:
        other = seen.setdefault(text, reading)
        if other is not reading:
            yield Finding(
                reading.at_offset(0), why, f"the text of {other.id}: {text[:80]}", reading.id
            )


@judges(
    "response.answers-differ",
    on=ANSWERS,
    forgery=lambda transcript: transcript.with_exchanges(
        _saying(exchange, "I am a helpful assistant.") if Reading(exchange).ok else exchange
        for exchange in transcript.exchanges
    ),
)
def answers_differ(transcript: Transcript) -> Statements:
    """Unlike questions do not all get one answer."""
    found = _texts(transcript, (*AT_ONCE_LABELS, *(f"late-{word}" for word in WORDS)))
    if len(found) < 3:
        raise Inconclusive("fewer than three of these requests were answered with text")
    if len({text for text, _ in found}) == 1:
        text, reading = found[-1]
        expected = f"{len(found)} unlike answers to {len(found)} unlike questions"
        yield Finding(reading.at_offset(0), expected, f"always {text[:80]!r}", reading.id)


@judges(
    "response.no-stale-answer",
    on=(ANSWERS, AFTER),
    forgery=lambda transcript: (
        copied("late-tulip", "late-maple", "")(transcript)
        or copied("first", "last", "The answer before comes again.")(transcript)
    ),
)
def no_stale_answer(transcript: Transcript) -> Statements:
    """Requests that differ only at their end, or after a refusal, get answers of their own."""
    _leave_if_constant(transcript)
    for labels in (
        tuple(f"late-{word}" for word in WORDS),
        ("first", "last"),
        ("first", "counting"),
    ):
        if transcript.get(labels[0]) is not None:
            yield from _alike(_texts(transcript, labels), "an answer to its own prompt")


@judges(
    "response.history-counts",
    on=ANSWERS,
    forgery=copied("turns-tulip", "turns-maple", "The answer to the same last turn comes again."),
)
def history_counts(transcript: Transcript) -> Statements:
    """Conversations that differ only in their first turn get answers of their own."""
    _leave_if_constant(transcript)
    labels = tuple(f"turns-{word}" for word in WORDS)
    if any((transcript[label].status or 500) in (400, 422) for label in labels):
        raise NotApplicable("a conversation of three turns is refused here")
    yield from _alike(_texts(transcript, labels), "an answer to its own conversation")


@judges(
    "response.at-once",
    on=ANSWERS,
    forgery=copied("at-once-0", "at-once-1", "Two requests at once get one answer."),
)
def at_once(transcript: Transcript) -> Statements:
    """Unlike questions asked at once each get an answer of their own."""
    _leave_if_constant(transcript)
    yield from _alike(_texts(transcript, AT_ONCE_LABELS), "an answer to its own question")
    yield from _counts(transcript, "at-once-counting")


@judges(
    "response.at-once-streams",
    on=ANSWERS,
    forgery=copied("streams-0", "streams-1", "Two streams at once get one text."),
)
def at_once_streams(transcript: Transcript) -> Statements:
    """Unlike questions streamed at once each get a text of their own."""
    _leave_if_constant(transcript)
    yield from _alike(_texts(transcript, STREAM_LABELS), "an answer to its own question")
    yield from _counts(transcript, "streams-counting")


def _counts(transcript: Transcript, label: str) -> Statements:
    """The counting asked among others is that asked alone, where it is always the same."""
    reading, setting = transcript.get(label), transcript.setting
    if setting.capabilities.get("deterministic") != "effective" or reading is None:
        return
    text = reading.text_of().strip()
    if reading.ok and text and COUNTED.match(setting.greedy) and not COUNTED.match(text):
        shown = reading.text_of()[:80]
        yield Finding(reading.at_offset(0), f"{setting.greedy[:40]!r}...", repr(shown), reading.id)


def _echoes(text: str, prompt: str) -> bool:
    said, asked = NOT_TEXT.sub("", text), NOT_TEXT.sub("", prompt)
    return said.startswith(asked)


def _asked(reading: Reading) -> str:
    content = reading.asked("messages", -1, "content")
    return content if isinstance(content, str) else ""


def _prompted(transcript: Transcript) -> Transcript:
    """Every answer begins with its prompt."""
    return transcript.with_exchanges(
        _saying(exchange, _asked(Reading(exchange)) + "\nhello")
        if Reading(exchange).ok and Reading(exchange).is_chat
        else exchange
        for exchange in transcript.exchanges
    )


@judges("response.not-the-prompt", on=(BASELINE, ANSWERS), forgery=_prompted)
def not_the_prompt(transcript: Transcript) -> Statements:
    """Answers do not begin with the prompt, in one piece or streamed."""
    labels = (
        ("plain", "at-once-counting", *AT_ONCE_LABELS),
        ("bare", "streams-counting", *STREAM_LABELS),
    )
    for mode in labels:
        found = _texts(transcript, mode)
        prompted = [reading for text, reading in found if _echoes(text, _asked(reading))]
        if prompted and len(prompted) == len(found):
            reading = prompted[0]
            shown = f"{len(found)} answers of {len(found)} do: {reading.text_of()[:80]!r}"
            yield Finding(reading.at_offset(0), "no prompt before the answer", shown, reading.id)


def _replaced(exchange: Exchange) -> Exchange | None:
    """A character of the answer is replaced."""
    reading = Reading(exchange)
    text = reading.text_of()
    return _saying(exchange, f"caf{REPLACEMENT} {text}") if text else None


def _spoken(reading: Reading) -> bool:
    asked = REPLACEMENT.encode() in (reading.exchange.request.body or b"")
    whole = completion(reading) and not reading.is_stream
    greedy = reading.asked("temperature") == 0
    return whole and greedy and bool(reading.text_of()) and not asked


@reads("response.no-replacement", where=_spoken, forgery=_replaced)
def no_replacement(reading: Reading) -> Statements:
    """No text holds U+FFFD, but for a character that its end cut apart."""
    for index in reading.choice_indexes:
        text = reading.text_of(index)
        held = text.rstrip(REPLACEMENT) if reading.finish_of(index) == "length" else text
        place = held.find(REPLACEMENT)
        if place >= 0:
            around = held[max(place - 20, 0) : place + 20]
            yield Finding(reading.at_offset(0), "text without U+FFFD", repr(around), reading.id)
