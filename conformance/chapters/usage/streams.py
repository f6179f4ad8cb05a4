"""Usage in streams: when it comes, where it stands, and that both modes count alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance import forge
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, TranscriptForgery, judges, reads
from conformance.chapters.usage.completions import spent_of
from conformance.chapters.usage.counts import has_other_output, has_usage
from conformance.chapters.usage.prompts import prompt_of
from conformance.exchange import Exchange
from conformance.kinds import completed_stream
from conformance.modes import names, streamed
from conformance.probe import Transcript
from conformance.probes.caps import CEILINGS, MORE_CEILINGS
from conformance.probes.usage import STREAMS
from conformance.reading import Reading
from conformance.stream_view import State
from conformance.verdict import Finding, Inconclusive, NotApplicable


def asked_for_usage(reading: Reading) -> bool:
    """A whole stream whose request said `include_usage: true`."""
    return completed_stream(reading) and reading.wanted_usage


def with_usage(reading: Reading) -> bool:
    """A whole stream that was asked for usage and brought some."""
    return asked_for_usage(reading) and bool(reading.stream.usages)


def not_asked_for_usage(reading: Reading) -> bool:
    """A whole stream whose request did not say `include_usage: true`."""
    return completed_stream(reading) and not reading.wanted_usage


def refused(transcript: Transcript) -> Transcript:
    """The request with `stream_options` is refused."""
    return transcript.replacing(forge.with_status(transcript["streamed"].exchange, 400))


@judges("usage.stream-options-accepted", on=BASELINE, forgery=refused)
def options_accepted(transcript: Transcript) -> Statements:
    """A stream with `stream_options.include_usage` is not refused."""
    reading = transcript["streamed"]
    if reading.status == 429:
        raise Inconclusive(f"{reading.id}: answered 429 after every try")
    if (
        transcript["plain-streamed"].ok
        and reading.status is not None
        and 400 <= reading.status < 500
    ):
        yield Finding(
            reading.at_status(),
            "200, as without stream_options",
            f"{reading.status}: {reading.error.text or reading.snippet()}",
            reading.id,
        )


def _is_usage(payload: Any) -> bool:
    return isinstance(payload, dict) and isinstance(payload.get("usage"), dict)


def without_usage_chunk(exchange: Exchange) -> Exchange:
    """The usage chunk never comes."""
    return forge.with_chunks(
        exchange, lambda payloads: [each for each in payloads if not _is_usage(each)]
    )


@reads("usage.stream-present", where=asked_for_usage, forgery=without_usage_chunk)
def stream_present(reading: Reading) -> Statements:
    """A stream that was asked for usage brings a usage object."""
    if not reading.stream.usages:
        last = len(reading.events) - 1
        where = reading.at_event(last) if reading.events else reading.at_offset(0)
        yield Finding(where, "a usage object before the end", "none", reading.id)


def twice(exchange: Exchange) -> Exchange:
    """The usage chunk comes twice."""
    place = Reading(exchange).stream.usages[-1].event
    return forge.with_repeated_event(exchange, place)


@reads("usage.stream-once", where=with_usage, forgery=twice)
def stream_once(reading: Reading) -> Statements:
    """Exactly one usage object comes."""
    usages = reading.stream.usages
    if len(usages) > 1:
        yield Finding(
            reading.at_event(usages[1].event),
            "one usage object",
            f"{len(usages)} of them",
            reading.id,
        )


def after_done(exchange: Exchange) -> Exchange:
    """The usage chunk comes after `[DONE]`."""

    def move(payloads: list[Any]) -> None:
        usage = next(each for each in payloads if _is_usage(each))
        payloads.remove(usage)
        payloads.append(usage)

    return forge.with_chunks(exchange, move)


@reads("usage.stream-before-done", where=with_usage, forgery=after_done)
def stream_before_done(reading: Reading) -> Statements:
    """Usage comes before `[DONE]`."""
    sentinels = reading.stream.sentinels
    for seen in reading.stream.usages:
        if sentinels and seen.event > sentinels[0]:
            yield Finding(
                reading.at_event(seen.event),
                f"usage before event {sentinels[0]}, [DONE]",
                f"usage in event {seen.event}",
                reading.id,
            )


def on_the_finish_chunk(exchange: Exchange) -> Exchange:
    """Usage rides on the chunk that ends the choice."""

    def merge(payloads: list[Any]) -> None:
        usage = next(each for each in payloads if _is_usage(each))
        payloads.remove(usage)
        finish = next(
            each
            for each in payloads
            if isinstance(each, dict) and each["choices"] and each["choices"][0]["finish_reason"]
        )
        finish["usage"] = usage["usage"]

    return forge.with_chunks(exchange, merge)


@reads("usage.stream-own-chunk", where=with_usage, forgery=on_the_finish_chunk)
def stream_own_chunk(reading: Reading) -> Statements:
    """Usage comes on a chunk whose `choices` is empty."""
    stream = reading.stream
    if not stream.lone_usages:
        event = stream.usages[-1].event
        yield Finding(
            reading.at_event(event),
            "usage on a chunk of its own, with choices []",
            reading.snippet_of_event(event),
            reading.id,
        )


def before_the_text(exchange: Exchange) -> Exchange:
    """The usage chunk comes first of all."""

    def move(payloads: list[Any]) -> None:
        usage = next(each for each in payloads if _is_usage(each))
        payloads.remove(usage)
        payloads.insert(0, usage)

    return forge.with_chunks(exchange, move)


@reads("usage.stream-after-finish", where=with_usage, forgery=before_the_text)
def stream_after_finish(reading: Reading) -> Statements:
    """Usage does not come before the last choice ended."""
    ends = [seen.event for choice in reading.stream.choices for seen in choice.finishes[:1]]
    last = reading.stream.usages[-1].event
    if ends and last < max(ends):
        yield Finding(
            reading.at_event(last),
            f"usage in event {max(ends)} or later",
            f"event {last}",
            reading.id,
        )


def usage_added(exchange: Exchange) -> Exchange:
    """A usage chunk comes that nobody asked for."""
    counts = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}

    def insert(payloads: list[Any]) -> None:
        first = next(each for each in payloads if isinstance(each, dict))
        payloads.insert(-1, {**first, "choices": [], "usage": counts})

    return forge.with_chunks(exchange, insert)


@reads("usage.stream-unasked", where=not_asked_for_usage, forgery=usage_added)
def stream_unasked(reading: Reading) -> Statements:
    """A stream that was not asked for usage brings none."""
    for seen in reading.stream.usages[:1]:
        yield Finding(
            reading.at_event(seen.event),
            "no usage, since include_usage was not true",
            reading.snippet_of_event(seen.event),
            reading.id,
        )


BOTH_WAYS = (BASELINE, STREAMS, CEILINGS, MORE_CEILINGS)


def _twins(transcript: Transcript) -> Iterator[tuple[str, str]]:
    """Return the labels of each request in one piece and of its stream, where both were counted."""
    found = [(name, streamed(name)) for name in names(transcript)]
    counted = [pair for pair in found if all(has_usage(transcript[label]) for label in pair)]
    if transcript.get("streamed") is not None:
        counted = [("plain", "streamed")]
    if not counted:
        raise NotApplicable("no request of this conversation was counted in both modes")
    yield from counted


def _place(reading: Reading) -> str:
    event = reading.usage.event if reading.usage else None
    return reading.at_event(event) if event is not None else reading.at_pointer("/usage")


def _recounted(member: str, difference: int) -> TranscriptForgery:
    def edit(document: Any) -> None:
        if _is_usage(document):
            document["usage"][member] += difference
            document["usage"]["total_tokens"] += difference

    def forgery(transcript: Transcript) -> Transcript:
        _, label = next(_twins(transcript))
        return transcript.replacing(forge.each_chunk(transcript[label].exchange, edit))

    forgery.__doc__ = f"A stream counts {difference} {member} more."
    return forgery


@judges("usage.stream-prompt-equal", on=BOTH_WAYS, forgery=_recounted("prompt_tokens", 3))
def stream_prompt_equal(transcript: Transcript) -> Statements:
    """The same request has the same `prompt_tokens` streamed and not."""
    for whole, label in _twins(transcript):
        due, _ = prompt_of(transcript, whole)
        count, reading = prompt_of(transcript, label)
        if count != due:
            expected = f"prompt_tokens {due}, as not streamed"
            yield Finding(_place(reading), expected, str(count), reading.id)


@judges("usage.stream-completion-equal", on=BOTH_WAYS, forgery=_recounted("completion_tokens", 1))
def stream_completion_equal(transcript: Transcript) -> Statements:
    """Equal greedy texts have equal `completion_tokens` streamed and not."""
    for whole, label in _twins(transcript):
        due, plain = spent_of(transcript, whole)
        count, reading = spent_of(transcript, label)
        hidden = has_other_output(plain) or has_other_output(reading)
        if plain.text_of() == reading.text_of() and count != due and not hidden:
            expected = f"completion_tokens {due}, as not streamed"
            yield Finding(_place(reading), expected, str(count), reading.id)


def hidden(exchange: Exchange) -> Exchange:
    """Usage comes under a vendor's name only."""

    def rename(document: Any) -> None:
        if _is_usage(document):
            document["x_vendor"] = {"usage": document.pop("usage")}

    return forge.each_chunk(exchange, rename)


@reads("usage.vendor-field", where=asked_for_usage, forgery=hidden)
def vendor_field(reading: Reading) -> Statements:
    """Usage that was asked for is not hidden in another member."""
    if reading.stream.usages or reading.stream.state is State.FAILED:
        return
    for chunk in reading.stream.chunks:
        for name, value in chunk.value.items():
            inner = value.get("usage", value) if isinstance(value, dict) else None
            if isinstance(inner, dict) and "prompt_tokens" in inner:
                yield Finding(
                    reading.at_event(chunk.event), "usage as `usage`", f"as {name!r}", reading.id
                )
