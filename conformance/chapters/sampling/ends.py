"""Why an answer ended: `length` where a ceiling cut it, `stop` where it ended by itself."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import retelling
from conformance.baseline import CAP
from conformance.catalogue import Statements, TranscriptForgery, judges, reads
from conformance.chapters.sampling.caps import cap_of, spent
from conformance.exchange import Exchange
from conformance.kinds import chat_answer, read_to_the_end
from conformance.probe import Transcript
from conformance.probes.caps import CEILINGS
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

SLACK = 2
"""Tokens that servers count or leave out at the ends of an answer."""
UNKNOWN_WINDOW = 400
"""Tokens in all up to which no context window can have cut an answer."""


def finish_place(reading: Reading, index: int = 0) -> str:
    """Return the place of a choice's finish reason, in words."""
    if not reading.is_stream:
        return reading.at_pointer(f"/choices/{index}/finish_reason")
    choice = reading.stream.choice(index)
    last = len(reading.events) - 1
    return reading.at_event(choice.finishes[0].event if choice and choice.finishes else last)


def _cut(transcript: Transcript, *, streamed: bool) -> Iterator[Reading]:
    """Return the greedy counting answers that their cap has cut for certain.

    Such an answer is a beginning of a longer one to the same request; or it has as many tokens as
    its cap allows, and so has one under another cap: both cannot have ended just there.
    """
    own, full = transcript.setting.greedy, []
    for reading in transcript.readings:
        cap, tokens = cap_of(reading), spent(reading)
        if not reading.ok or cap is None or reading.is_stream_request is not streamed:
            continue
        text = reading.text_of().rstrip()
        if cap < CAP and len(text) < len(own.rstrip()) and own.startswith(text) and text:
            yield reading
        elif (
            tokens is not None
            and tokens >= cap
            and not reading.exchange.request.label.startswith("tie")
        ):
            full.append(reading)
    if len({cap_of(reading) for reading in full}) > 1:
        yield from full


def _says_length(transcript: Transcript, *, streamed: bool) -> Statements:
    judged = False
    for reading in _cut(transcript, streamed=streamed):
        judged = True
        finish = reading.finish_of()
        if finish != "length":
            expected = f"'length', since the cap of {cap_of(reading)} cut it"
            yield Finding(finish_place(reading), expected, repr(finish), reading.id)
    if not judged:
        raise NotApplicable("no answer was cut by its cap for certain")


def _all_say_stop(*labels: str) -> TranscriptForgery:
    """Return a forgery in which the labelled answers say that they are complete."""

    def forgery(transcript: Transcript) -> Transcript | None:
        forged = transcript
        for label in labels:
            reading = transcript.get(label)
            if reading is not None:
                forged = forged.replacing(retelling.with_finish(reading.exchange, "stop"))
        return forged if forged is not transcript else None

    return forgery


@judges("sampling.cap-length", on=CEILINGS, forgery=_all_say_stop("cap-5"))
def cap_length(transcript: Transcript) -> Statements:
    """Answers cut by their cap say `length`."""
    yield from _says_length(transcript, streamed=False)


@judges(
    "sampling.cap-length-stream",
    on=CEILINGS,
    forgery=_all_say_stop("cap-5-streamed", "newer-streamed"),
)
def cap_length_stream(transcript: Transcript) -> Statements:
    """Streams cut by their cap say `length`."""
    yield from _says_length(transcript, streamed=True)


def said_to_be_cut(reading: Reading) -> bool:
    """An answer with a cap of which some choice says `length`."""
    return (
        chat_answer(reading)
        and read_to_the_end(reading)
        and cap_of(reading) is not None
        and any(reading.finish_of(index) == "length" for index in reading.choice_indexes)
    )


def said_to_be_cut_early(exchange: Exchange) -> Exchange | None:
    """An answer that the cap did not cut says so."""
    reading = Reading(exchange)
    tokens = spent(reading)
    cap = cap_of(reading)
    if tokens is None or cap is None or cap <= SLACK + 1:
        return None
    return retelling.with_completion_tokens(exchange, lambda _: 1)


@reads("sampling.short-stops", where=said_to_be_cut, forgery=said_to_be_cut_early, rare=True)
def short_stops(reading: Reading) -> Statements:
    """A choice that says `length` has as many tokens as its cap or the window allows."""
    cap, tokens = cap_of(reading) or 0, spent(reading)
    indexes = sorted(set(reading.choice_indexes))
    cut = [index for index in indexes if reading.finish_of(index) == "length"]
    prompt = reading.usage.prompt if reading.usage else None
    window = reading.setting.context_window
    room = cap
    if window is not None and prompt is not None:
        room = min(cap, max(window - prompt, 0))
    elif window is None and (prompt or 0) + (tokens or cap) > UNKNOWN_WINDOW:
        return
    if tokens is not None and tokens + SLACK < room * len(cut):
        several = len(cut) > 1
        each = f" for each of {len(cut)} choices" if several else ""
        all_of_them = " of each" if several else ""
        yield Finding(
            finish_place(reading, cut[0]),
            f"'stop', since {tokens} tokens are fewer than the cap of {cap}{each}",
            f"'length'{all_of_them}",
            reading.id,
        )
    elif tokens is None and not _hidden(reading):
        for index in cut:
            size = len(reading.text_of(index).encode())
            if size > 0 and size + 8 < room:
                yield Finding(
                    finish_place(reading, index),
                    f"'stop', since {size} bytes are fewer tokens than the cap of {cap}",
                    "'length'",
                    reading.id,
                )


def _hidden(reading: Reading) -> bool:
    """Tell whether tokens went into something beside the text, such as reasoning or a tool call."""
    return "reasoning" in reading.text or "tool_calls" in reading.text
