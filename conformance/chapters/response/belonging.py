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
from conformance.probes.always import OVERLAP, PLACES
from conformance.probes.request_roles import ROLES
from conformance.probes.response import ANSWERS, WORDS
from conformance.probes.transport import GUESTS, ONE_CONNECTION
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


AT_ONCE_LABELS = tuple(f"whole-{place}" for place in PLACES)
STREAM_LABELS = tuple(f"streamed-{place}" for place in PLACES)
IN_TURN_LABELS = tuple(f"right-{turn}" for turn in range(1, len(GUESTS) + 1))
LATE_LABELS = tuple(f"late-{word}" for word in WORDS)
TURN_LABELS = ("turns", "turns-first")
"""Two conversations that differ only in their first turn."""
ALL_LABELS = (*AT_ONCE_LABELS, *STREAM_LABELS, *IN_TURN_LABELS, *LATE_LABELS, *TURN_LABELS)


def _leave_if_constant(transcript: Transcript) -> None:
    """Leave where every question gets one answer: one peculiarity is one finding, not five."""
    texts = {text for text, _ in _texts(transcript, ALL_LABELS)}
    usual = transcript.setting.greedy.strip()
    if len(texts) == 1 and usual and _begins(usual, texts.pop()):
        raise NotApplicable("every answer is the same; response.answers-differ judges that")


def _begins(one: str, other: str) -> bool:
    """Whether two texts are the same as far as the shorter of them goes."""
    return one.startswith(other) or other.startswith(one)


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
    on=OVERLAP,
    forgery=lambda transcript: transcript.with_exchanges(
        _saying(exchange, "I am a helpful assistant.") if Reading(exchange).ok else exchange
        for exchange in transcript.exchanges
    ),
)
def answers_differ(transcript: Transcript) -> Statements:
    """Unlike questions do not all get one answer."""
    found = _texts(transcript, (*AT_ONCE_LABELS, "whole-counting"))
    if len(found) < 3:
        raise Inconclusive("fewer than three of these requests were answered with text")
    if len({text for text, _ in found}) == 1:
        text, reading = found[-1]
        expected = f"{len(found)} unlike answers to {len(found)} unlike questions"
        yield Finding(reading.at_offset(0), expected, f"always {text[:80]!r}", reading.id)


@judges(
    "response.no-stale-answer",
    on=(ANSWERS, ONE_CONNECTION),
    forgery=lambda transcript: (
        copied("late-tulip", "late-maple", "")(transcript)
        or copied("right-3", "right-4", "The answer before comes again.")(transcript)
    ),
)
def no_stale_answer(transcript: Transcript) -> Statements:
    """Requests that differ only at their end, or after a refusal, get answers of their own."""
    _leave_if_constant(transcript)
    for labels in (LATE_LABELS, IN_TURN_LABELS):
        if transcript.get(labels[0]) is not None:
            yield from _alike(_texts(transcript, labels), "an answer to its own prompt")


@judges(
    "response.history-counts",
    on=ROLES,
    forgery=copied("turns", "turns-first", "The answer to the same last turn comes again."),
)
def history_counts(transcript: Transcript) -> Statements:
    """Conversations that differ only in their first turn get answers of their own."""
    _leave_if_constant(transcript)
    if any((transcript[label].status or 500) in (400, 422) for label in TURN_LABELS):
        raise NotApplicable("a conversation of three turns is refused here")
    yield from _alike(_texts(transcript, TURN_LABELS), "an answer to its own conversation")


@judges(
    "response.at-once",
    on=OVERLAP,
    forgery=copied("whole-1", "whole-3", "Two requests at once get one answer."),
)
def at_once(transcript: Transcript) -> Statements:
    """Unlike questions asked at once each get an answer of their own."""
    _leave_if_constant(transcript)
    yield from _alike(_texts(transcript, AT_ONCE_LABELS), "an answer to its own question")
    yield from _counts(transcript, "whole-counting")


@judges(
    "response.at-once-streams",
    on=OVERLAP,
    forgery=copied("streamed-1", "streamed-3", "Two streams at once get one text."),
)
def at_once_streams(transcript: Transcript) -> Statements:
    """Unlike questions streamed at once each get a text of their own."""
    _leave_if_constant(transcript)
    yield from _alike(_texts(transcript, STREAM_LABELS), "an answer to its own question")
    yield from _counts(transcript, "streamed-counting")


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


@judges("response.not-the-prompt", on=(BASELINE, OVERLAP, ONE_CONNECTION), forgery=_prompted)
def not_the_prompt(transcript: Transcript) -> Statements:
    """Answers do not begin with the prompt, in one piece or streamed."""
    labels = (
        ("plain", "whole-counting", *AT_ONCE_LABELS, *IN_TURN_LABELS),
        ("plain-streamed", "streamed-counting", *STREAM_LABELS),
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
