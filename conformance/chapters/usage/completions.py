"""How `completion_tokens` follows from what came back, with caps, stops and several choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, judges
from conformance.json_view import integer
from conformance.obtained import obtained
from conformance.probe import Transcript
from conformance.probes.caps import CAPS, CEILINGS, MORE_CEILINGS
from conformance.probes.choices import CHOICES_CAP, SEVERAL
from conformance.probes.stops import STOP
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable, Untestable

Forged = Callable[[Transcript], Transcript | None]


def spent_of(transcript: Transcript, label: str) -> tuple[int, Reading]:
    """Return the completion's count of an answered exchange; Untestable without one."""
    reading = transcript.answered(label)
    if reading.usage is None or reading.usage.completion is None:
        raise Untestable(f"{reading.id} reports no completion_tokens")
    return reading.usage.completion, reading


def respend(label: str, change: Callable[[int], int], words: str) -> Forged:
    """Return a forgery that changes the completion's count of one labelled answer."""

    def edit(document: Any) -> None:
        usage = document.get("usage") if isinstance(document, dict) else None
        if isinstance(usage, dict):
            usage["completion_tokens"] = change(usage["completion_tokens"])
            usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]

    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None:
            return None
        tamper = forge.each_chunk if reading.is_stream else forge.with_json
        return transcript.replacing(tamper(reading.exchange, edit))

    forgery.__doc__ = words
    return forgery


def _says(reading: Reading, expected: str, actual: str) -> Finding:
    event = reading.usage.event if reading.usage else None
    where = (
        reading.at_pointer("/usage/completion_tokens") if event is None else reading.at_event(event)
    )
    return Finding(where, expected, actual, reading.id)


def _capped(transcript: Transcript) -> list[tuple[int, int, Reading]]:
    """Return cap, count and reading of every answer that its cap cut."""
    found = []
    for sent in transcript.readings:
        cap = integer(sent.asked("max_tokens"))
        if cap is not None and (sent.usage is not None or not sent.is_stream_request):
            spent, reading = spent_of(transcript, sent.exchange.request.label)
            if reading.finish_of() == "length":
                found.append((cap, spent, reading))
    if not found:
        raise NotApplicable("no answer of this conversation ended by its cap")
    return found


@judges(
    "usage.completion-cap",
    on=CEILINGS,
    forgery=respend("cap-5", lambda count: count // 2, "Half of a capped answer is counted."),
)
def completion_cap(transcript: Transcript) -> Statements:
    """An answer cut by its cap has the cap's count, or one less, never more."""
    for cap, spent, reading in _capped(transcript):
        if not cap - 1 <= spent <= cap:
            yield _says(reading, f"{cap}, the cap that cut it", str(spent))


@judges(
    "usage.completion-cap-exact",
    on=CEILINGS,
    forgery=respend("plain", lambda count: count - 1, "A capped answer counts one token less."),
)
def completion_cap_exact(transcript: Transcript) -> Statements:
    """An answer cut by its cap has exactly the cap's count."""
    for cap, spent, reading in _capped(transcript):
        if spent != cap:
            yield _says(reading, f"{cap}, the cap that cut it", str(spent))


@judges(
    "usage.completion-grows",
    on=CEILINGS,
    forgery=respend("plain", lambda _: 5, "Short and long answers cost the same."),
)
def completion_grows(transcript: Transcript) -> Statements:
    """A longer answer has more `completion_tokens`."""
    few, first = spent_of(transcript, f"cap-{CAPS[1]}")
    many, reading = spent_of(transcript, "plain")
    if len(reading.text_of()) > 2 * len(first.text_of()) and many <= few:
        yield _says(reading, f"more than {few} for a longer answer", str(many))


@judges(
    "usage.completion-uncapped",
    on=MORE_CEILINGS,
    forgery=respend("yes", lambda _: 64, "The count is always the cap."),
)
def completion_uncapped(transcript: Transcript) -> Statements:
    """A complete answer costs the same under two caps that do not cut it."""
    low, first = spent_of(transcript, "yes-32")
    high, reading = spent_of(transcript, "yes")
    complete = first.finish_of() == reading.finish_of() == "stop"
    if not complete or first.text_of() != reading.text_of():
        raise NotApplicable("no complete answer that is the same under both caps")
    if low != high:
        yield _says(reading, f"{low}, as for the same text under a cap of 32", str(high))


def _same_answers(transcript: Transcript) -> list[str]:
    """Return the labels of requests that are the same but for how a parameter is spelt."""
    return ["plain", "again"] if transcript.get("again") is not None else ["cap-5", "newer"]


def _second_dearer(transcript: Transcript) -> Transcript | None:
    """The same answer costs one token more."""
    label = _same_answers(transcript)[1]
    return respend(label, lambda count: count + 1, "")(transcript)


@judges("usage.completion-stable", on=(BASELINE, CEILINGS), forgery=_second_dearer)
def completion_stable(transcript: Transcript) -> Statements:
    """Two equal greedy answers have equal `completion_tokens`."""
    labels = _same_answers(transcript)
    obtained(transcript, labels[1])
    (first, one), (second, reading) = (spent_of(transcript, label) for label in labels)
    if one.text_of() == reading.text_of() and first != second:
        yield _says(reading, f"{first}, as for the same answer before", str(second))


@judges(
    "usage.stopped-counted",
    on=STOP,
    forgery=respend("text", lambda count: count + 400, "Text after the stop is billed."),
)
def stopped_counted(transcript: Transcript) -> Statements:
    """An answer cut by a stop text costs no more than its cap, and less than the whole."""
    obtained(transcript, "text", "no greedy answer to cut a stop text from")
    spent, reading = spent_of(transcript, "text")
    whole, long = spent_of(transcript, "plain")
    if len(reading.text_of()) >= len(long.text_of()):
        raise NotApplicable("the stop text cut nothing; chapter sampling judges that")
    if spent > whole:
        yield _says(reading, f"at most {whole}, the count of the whole answer", str(spent))


@judges(
    "usage.n-prompt-once",
    on=SEVERAL,
    forgery=lambda transcript: transcript.replacing(
        forge.with_json(transcript["two"].exchange, _double_prompt)
    ),
)
def n_prompt_once(transcript: Transcript) -> Statements:
    """With two choices the prompt is counted once."""
    one = transcript.answered("plain").usage
    for label in ("two", "two-streamed"):
        sent = transcript.get(label)
        if sent is None or (sent.is_stream_request and not sent.wanted_usage):
            continue
        reading = transcript.answered(label)
        two = reading.usage
        if one is None or two is None or one.prompt is None or two.prompt is None:
            raise Untestable("an answer reports no prompt_tokens")
        if two.prompt != one.prompt:
            yield Finding(
                reading.at_pointer("/usage/prompt_tokens"),
                f"{one.prompt}, as with one choice",
                str(two.prompt),
                reading.id,
            )


def _double_prompt(document: Any) -> None:
    """The prompt is counted for each choice."""
    usage = document["usage"]
    usage["prompt_tokens"] *= 2
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


@judges(
    "usage.n-completion-sum",
    on=SEVERAL,
    forgery=respend("two", lambda count: count // 2, "Only one of two choices is counted."),
)
def n_completion_sum(transcript: Transcript) -> Statements:
    """With two choices the tokens of both are counted."""
    yield from _both_counted(transcript, "two")


@judges(
    "usage.n-stream",
    on=SEVERAL,
    forgery=respend("two-streamed", lambda count: count // 2, "A stream counts one choice."),
)
def n_stream(transcript: Transcript) -> Statements:
    """A stream of two choices counts the tokens of both."""
    sent = transcript.get("two-streamed")
    if sent is None or not sent.wanted_usage:
        raise NotApplicable("no usage in streams")
    yield from _both_counted(transcript, "two-streamed")


def _both_counted(transcript: Transcript, label: str) -> Statements:
    spent, reading = spent_of(transcript, label)
    if len(set(reading.choice_indexes)) < 2:
        raise NotApplicable(f"{reading.id} has not two choices; chapter sampling judges that")
    ends = [reading.finish_of(index) for index in (0, 1)]
    if ends != ["length", "length"]:
        raise NotApplicable("a choice ended before its cap, so that the sum is not known")
    least = 2 * CHOICES_CAP - 2
    if spent < least:
        yield _says(reading, f"about {2 * CHOICES_CAP}: two choices of {CHOICES_CAP}", str(spent))
