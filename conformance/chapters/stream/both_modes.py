"""Which choices a stream has, how they end, and in how many pieces they come, against the answer in
one piece.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.stream.texts import ALL, answered, edited, longest, text_finding
from conformance.excerpt import visible
from conformance.exchange import Exchange
from conformance.modes import SEEDED, failing, finish_of, pairs, streamed, woven
from conformance.probe import Transcript
from conformance.probes.choices import MORE_CHOICES
from conformance.probes.framing import FLUSHING, LONG
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

_LONG = 80
"""Characters of an answer that cannot be a single piece of a stream."""


def with_a_choice_lost(transcript: Transcript) -> Transcript | None:
    """The second choice never comes."""
    reading = transcript.get(streamed("greedy"))
    if reading is None or len(reading.choice_indexes) < 2:
        return None

    def only_the_first(payloads: list[Any]) -> list[Any]:
        return [
            each
            for each in payloads
            if isinstance(each, str)
            or not each["choices"]
            or all(choice["index"] == 0 for choice in each["choices"])
        ]

    return transcript.replacing(forge.with_chunks(reading.exchange, only_the_first))


@judges("stream.same-choices", on=ALL, forgery=with_a_choice_lost)
def same_choices(transcript: Transcript) -> Statements:
    """The indexes of the choices are those of the answer in one piece."""
    for pair in answered(transcript):
        whole, pieces = pair.plain.choice_indexes, pair.streamed.choice_indexes
        if whole != pieces and pair.streamed.is_stream and not pair.streamed.stream.errors:
            where = f"{pair.streamed.id}, choices of the stream"
            shown = ", ".join(map(str, pieces[:10])) or "none"
            yield Finding(
                where,
                f"choices {', '.join(map(str, whole))}, as in {pair.plain.id}",
                f"choices {shown}",
                pair.streamed.id,
            )


def with_crossed_choices(transcript: Transcript) -> Transcript | None:
    """After some texts, two choices change places."""
    reading = transcript.get(streamed(SEEDED))
    if reading is None or len(reading.choice_indexes) < 2:
        return None
    seen = 0

    def change(chunk: dict[str, Any]) -> None:
        nonlocal seen
        for choice in chunk["choices"]:
            seen += bool(choice["delta"].get("content"))
            if seen > 6 and choice["delta"].get("content"):
                choice["index"] = {0: 1, 1: 0}.get(choice["index"], choice["index"])

    return transcript.replacing(forge.each_chunk(reading.exchange, change))


@judges("stream.choices-apart", on=MORE_CHOICES, forgery=with_crossed_choices)
def choices_apart(transcript: Transcript) -> Statements:
    """No seeded choice begins as its own plain text and goes on as another's."""
    seeded = next((pair for pair in pairs(transcript) if pair.name == SEEDED), None)
    if seeded is None or len(seeded.plain.choice_indexes) < 2:
        raise NotApplicable("the target does not answer with two seeded choices")
    for at in seeded.plain.choice_indexes:
        for other in seeded.plain.choice_indexes:
            own, foreign = seeded.plain.text_of(at), seeded.plain.text_of(other)
            if at != other and woven(own, foreign, seeded.streamed.text_of(at)):
                yield text_finding(seeded, at, visible(own, 100), f"goes on as choice {other}")


def failing_again(transcript: Transcript) -> Transcript | None:
    """A stream fails in the middle, and again when it is asked for again."""
    name = longest(transcript)
    reading = transcript.get(streamed(name))
    if reading is None or len(reading.events) < 6:
        return None
    error = {"error": {"message": "the engine failed", "type": "server_error"}}
    forged = forge.with_chunks(reading.exchange, lambda payloads: [*payloads[:4], error])
    again = replace(forged, request=replace(forged.request, label=streamed(name, 1)))
    return transcript.replacing(forged).with_exchanges(
        [*transcript.replacing(forged).exchanges, again]
    )


@judges("stream.delivered", on=ALL, forgery=failing_again)
def delivered(transcript: Transcript) -> Statements:
    """No request that is answered in one piece has only streams with an error."""
    for whole, stream in failing(transcript):
        error = stream.error
        yield Finding(
            stream.at_event(error.event or 0),
            f"an answer without an error, as {whole.id} is",
            f"{visible(error.text, 100) or error.kind.value}, every time",
            stream.id,
        )


def ended_otherwise(transcript: Transcript) -> Transcript | None:
    """A stream says another reason for its end."""
    return edited(
        transcript,
        longest(transcript),
        lambda exchange: forge.each_chunk(exchange, _turned_round),
    )


def _turned_round(chunk: dict[str, Any]) -> None:
    for choice in chunk["choices"]:
        if choice["finish_reason"]:
            choice["finish_reason"] = "stop" if choice["finish_reason"] == "length" else "length"


@judges("stream.finish-equal", on=ALL, forgery=ended_otherwise)
def finish_equal(transcript: Transcript) -> Statements:
    """Choices of one text have one finish_reason, whichever mode and choice it is."""
    for pair in answered(transcript):
        first: dict[str, tuple[Reading, int]] = {}
        for reading in (pair.plain, pair.streamed):
            for at in pair.plain.choice_indexes:
                text, finish = reading.text_of(at), finish_of(reading, at)
                if not text or not finish:
                    continue
                before, index = first.setdefault(text, (reading, at))
                said = finish_of(before, index)
                if said != finish:
                    yield Finding(
                        f"{reading.id}, finish_reason of choice {at}",
                        f"{said}, as choice {index} of {before.id} with the same text",
                        str(finish),
                        reading.id,
                    )


def in_one_piece(transcript: Transcript) -> Transcript:
    """The text of every answer comes in one delta."""
    return transcript.with_exchanges(map(_gathered, transcript.exchanges))


def _gathered(exchange: Exchange) -> Exchange:
    choice = Reading(exchange).stream.choice(0)
    if choice is None or not choice.pieces:
        return exchange
    others = {piece.event for piece in choice.pieces[1:]}

    def gathered(payloads: list[Any]) -> list[Any]:
        payloads[choice.pieces[0].event]["choices"][0]["delta"]["content"] = choice.text
        return [each for place, each in enumerate(payloads) if place not in others]

    return forge.with_chunks(exchange, gathered)


@judges("stream.in-pieces", on=FLUSHING, forgery=in_one_piece)
def in_pieces(transcript: Transcript) -> Statements:
    """No long text is a single delta every time."""
    texts = [transcript.answered(label) for label in LONG]
    found = [reading.stream.choice(0) for reading in texts]
    choices = [choice for choice in found if choice is not None and len(choice.text) >= _LONG]
    if len(choices) < len(texts):
        raise NotApplicable("its answers are short enough for one piece")
    if all(len(choice.pieces) == 1 for choice in choices):
        first = choices[0]
        yield Finding(
            texts[0].at_event(first.pieces[0].event, "/choices/0/delta/content"),
            f"{len(first.text)} characters in several pieces",
            "all of them in one, every time",
            texts[0].id,
        )
