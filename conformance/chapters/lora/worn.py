"""Adapters that are known: chosen in two ways, they answer, are named, and stay apart."""

from __future__ import annotations

from functools import partial
from typing import Any

from conformance import forge, retelling
from conformance.catalogue import Statements, TranscriptForgery, judges, reads
from conformance.exchange import Exchange
from conformance.kinds import completed_stream, completion
from conformance.obtained import asked, obtained, refusal, refused
from conformance.probe import Transcript
from conformance.probes.adapters import WORN, base_of
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

NOT_CHOSEN = "no adapter could be chosen by `model`"


def _instead(text: str, _: str) -> str:
    return text


def saying(target: str, source: str) -> TranscriptForgery:
    """Return a forgery in which one labelled answer says what another says."""

    def forgery(transcript: Transcript) -> Transcript:
        same = partial(_instead, transcript[source].text_of())
        return transcript.replacing(retelling.with_text(transcript[target].exchange, same))

    return forgery


def refusing(label: str) -> TranscriptForgery:
    """Return a forgery in which one labelled request is refused."""
    return lambda transcript: transcript.replacing(
        forge.with_status(transcript[label].exchange, 400)
    )


def _place(reading: Reading) -> str:
    if reading.is_stream:
        return reading.at_event(len(reading.events) - 1)
    return reading.at_pointer("/choices/0/message/content")


def _same(transcript: Transcript, label: str, source: str, words: str) -> Statements:
    """Two greedy answers are the same; blanks at the end are nobody's.

    Only the gateway promises that greedy answers repeat. Elsewhere an answer that differs is a lie
    where another voice says just that: an engine that counts the same each time may still vary
    where it has a choice.
    """
    due = obtained(transcript, source, NOT_CHOSEN).text_of()
    reading = obtained(transcript, label, NOT_CHOSEN)
    text = reading.text_of()
    if text.rstrip() == due.rstrip():
        return
    voices = [transcript.get(f"{voice}-0") for voice in ("base", "adapter", "other")]
    others = {each.text_of().rstrip() for each in voices if each is not None}
    if transcript.setting.scope == "gateway" or text.rstrip() in others:
        yield Finding(_place(reading), f"{due!r}, {words}", repr(text), reading.id)


@judges("lora.by-model", on=WORN, forgery=refusing("chosen-0"))
def by_model(transcript: Transcript) -> Statements:
    """`model: "base:adapter"` is not refused."""
    if refused(transcript["chosen-0"]):
        yield refusal(transcript["chosen-0"])


@judges("lora.by-field", on=WORN, forgery=refusing("field-0"))
def by_field(transcript: Transcript) -> Statements:
    """`lora: adapter` is not refused."""
    reading = asked(transcript, "field-0", NOT_CHOSEN)
    if refused(reading):
        yield refusal(reading)


@judges("lora.both-same", on=WORN, forgery=refusing("twice"))
def both_same(transcript: Transcript) -> Statements:
    """Both ways at once, naming the same adapter, are not refused."""
    reading = asked(transcript, "twice", NOT_CHOSEN)
    if refused(reading):
        yield refusal(reading)


def base_speaks(transcript: Transcript) -> Transcript:
    """The base answers wherever an adapter was asked for."""
    return saying("adapter-0", "base-0")(transcript) or transcript


def _unmoved(transcript: Transcript, one: str, other: str, words: str) -> Statements:
    """In some pair of answers, the two differ."""
    count = len(transcript.labelled(f"{other}-"))
    obtained(transcript, f"{other}-0", words)
    pairs = [
        (transcript.answered(f"{one}-{place}"), transcript.answered(f"{other}-{place}"))
        for place in range(count)
        if transcript.get(f"{other}-{place}") is not None
    ]
    if all(first.text_of() == second.text_of() for first, second in pairs):
        reading = pairs[0][1]
        expected = f"another answer than {pairs[0][0].asked('model')!r} gives"
        yield Finding(_place(reading), expected, repr(reading.text_of()), reading.id)


@judges("lora.acts", on=WORN, forgery=base_speaks)
def acts(transcript: Transcript) -> Statements:
    """One of up to three greedy answers of the adapter is not the base's."""
    yield from _unmoved(transcript, "base", "adapter", NOT_CHOSEN)


def base_obeys(transcript: Transcript) -> Transcript | None:
    """The base answers for an adapter where there is a system message."""
    if transcript.get("ordered-adapter-0") is None:
        return None
    return saying("ordered-adapter-0", "ordered-base-0")(transcript)


@judges("lora.with-system", on=WORN, forgery=base_obeys)
def with_system(transcript: Transcript) -> Statements:
    """With a system message, one of up to three answers of the adapter is not the base's."""
    yield from _unmoved(transcript, "ordered-base", "ordered-adapter", NOT_CHOSEN)


def first_for_all(transcript: Transcript) -> Transcript:
    """The first adapter answers for the second."""
    return saying("other-0", "adapter-0")(transcript) or transcript


@judges("lora.two-adapters", on=WORN, forgery=first_for_all)
def two_adapters(transcript: Transcript) -> Statements:
    """One of up to three greedy answers of a second adapter is not the first one's."""
    yield from _unmoved(transcript, "adapter", "other", "only one adapter is known")


@judges("lora.same-answer", on=WORN, forgery=saying("field-0", "base-0"))
def same_answer(transcript: Transcript) -> Statements:
    """An adapter chosen by `lora` says what it says chosen by `model`."""
    yield from _same(transcript, "field-0", "adapter-0", "as when chosen by `model`")


@judges("lora.stream", on=WORN, forgery=saying("adapter-streamed", "base-0"))
def stream(transcript: Transcript) -> Statements:
    """A stream through an adapter says what the answer in one piece says."""
    if transcript.get("adapter-streamed") is None and not transcript.cut:
        raise NotApplicable("no streams, or no adapter to stream through")
    yield from _same(transcript, "adapter-streamed", "adapter-0", "as in one piece")


@judges("lora.field-stream", on=WORN, forgery=saying("field-streamed", "base-0"))
def field_stream(transcript: Transcript) -> Statements:
    """A stream through an adapter chosen by `lora` says what the answer in one piece says."""
    yield from _same(transcript, "field-streamed", "adapter-0", "as in one piece")


@judges("lora.not-sticky", on=WORN, forgery=saying("base-counting", "adapter-0"))
def not_sticky(transcript: Transcript) -> Statements:
    """After an adapter was used the base answers as before."""
    setting = transcript.setting
    if setting.model != base_of(setting):
        yield from _same(transcript, "base-after", "base-0", "as before the adapter was used again")
        return
    reading = obtained(transcript, "base-counting", NOT_CHOSEN)
    # The baseline was held before any adapter was asked for.
    text = reading.text_of().rstrip("\ufffd").rstrip()
    if not setting.greedy.startswith(text):
        due = f"{setting.greedy[: len(text)]!r}, as before any adapter was used"
        yield Finding(_place(reading), due, repr(text), reading.id)


@judges("lora.overlap", on=WORN, forgery=saying("both-base", "adapter-0"))
def overlap(transcript: Transcript) -> Statements:
    """Base and adapter asked at the same time each say what they say alone."""
    yield from _same(transcript, "both-base", "base-0", "as alone")
    yield from _same(transcript, "both-adapter", "adapter-0", "as alone")


def through_an_adapter(reading: Reading) -> bool:
    """A request whose `model` chooses a known adapter."""
    model, setting = reading.asked("model"), reading.setting
    if not setting.adapters or not isinstance(model, str):
        return False
    base = base_of(setting)
    return any(model in (f"{base}:{name}", name) for name in setting.adapters)


def whole_adapter_answer(reading: Reading) -> bool:
    """An answer in one piece through an adapter."""
    return completion(reading) and bool(reading.choice_indexes) and through_an_adapter(reading)


def base_named(exchange: Exchange) -> Exchange:
    """The base is named where an adapter answered."""

    def edit(document: Any) -> None:
        if isinstance(document, dict) and "model" in document:
            document["model"] = str(document["model"]).rpartition(":")[0]

    tamper = forge.each_chunk if Reading(exchange).is_stream else forge.with_json
    return tamper(exchange, edit)


@reads("lora.echo", where=whole_adapter_answer, forgery=base_named, rare=True)
def echo(reading: Reading) -> Statements:
    """The answer of an adapter names it in `model` as the request did."""
    due, got = reading.asked("model"), reading.completion.model
    if got != due:
        yield Finding(reading.at_pointer("/model"), repr(due), repr(got), reading.id)


def streamed_adapter_answer(reading: Reading) -> bool:
    """A stream through an adapter."""
    return completed_stream(reading) and through_an_adapter(reading)


@reads("lora.echo-stream", where=streamed_adapter_answer, forgery=base_named, rare=True)
def echo_stream(reading: Reading) -> Statements:
    """Every chunk of an adapter's stream names it in `model` as the request did."""
    due = reading.asked("model")
    for seen in reading.stream.models:
        if seen.value != due:
            where = reading.at_event(seen.event, "/model")
            yield Finding(where, repr(due), repr(seen.value), reading.id)
            return


def adapter_named(transcript: Transcript) -> Transcript:
    """The adapter is named where the base was asked for."""
    selector = transcript["adapter-0"].asked("model")
    exchange = forge.with_json(
        transcript["base-0"].exchange, lambda document: document.update(model=selector)
    )
    return transcript.replacing(exchange)


@judges("lora.base-echo", on=WORN, forgery=adapter_named)
def base_echo(transcript: Transcript) -> Statements:
    """Answers of the base name it, before, after and beside those of an adapter."""
    judged = False
    for reading in transcript.readings:
        if reading.exchange.request.label.startswith(("base-", "both-base")) and reading.ok:
            judged = True
            due, got = reading.asked("model"), reading.completion.model
            if got != due:
                yield Finding(reading.at_pointer("/model"), repr(due), repr(got), reading.id)
    if not judged:
        raise NotApplicable(NOT_CHOSEN)


@judges(
    "lora.prompt-equal",
    on=WORN,
    forgery=lambda t: t.replacing(forge.with_json(t["adapter-0"].exchange, _dearer)),
)
def prompt_equal(transcript: Transcript) -> Statements:
    """The same messages have as many `prompt_tokens` through an adapter as without."""
    base = obtained(transcript, "base-0", NOT_CHOSEN).usage
    reading = obtained(transcript, "adapter-0", NOT_CHOSEN)
    usage = reading.usage
    if base and usage and base.prompt != usage.prompt:
        where = reading.at_pointer("/usage/prompt_tokens")
        yield Finding(where, f"{base.prompt}, as of the base", str(usage.prompt), reading.id)


def _dearer(document: Any) -> None:
    document["usage"]["prompt_tokens"] += 3
    document["usage"]["total_tokens"] += 3


@judges("lora.detail", on=WORN, forgery=lambda t: _unlisted(t))
def detail(transcript: Transcript) -> Statements:
    """`GET /models/{model}` of an adapter describes it."""
    reading = asked(transcript, "detail", NOT_CHOSEN)
    due, got = transcript["adapter-0"].asked("model"), reading.json.at("id")
    if not reading.ok or got != due:
        expected = f"200, with the id {due!r}"
        yield Finding(reading.at_status(), expected, f"{reading.status}, {got!r}", reading.id)


def _unlisted(transcript: Transcript) -> Transcript:
    """The detail of an adapter is 404."""
    return transcript.replacing(forge.with_status(transcript["detail"].exchange, 404))
