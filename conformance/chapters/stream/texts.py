"""What the deltas of a stream add up to, against the answer in one piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance import forge
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, judges
from conformance.excerpt import visible
from conformance.exchange import Exchange
from conformance.modes import Pair, departure, pairs, streamed
from conformance.probe import Transcript
from conformance.probes.caps import CEILINGS, MORE_CEILINGS
from conformance.probes.choices import MORE_CHOICES
from conformance.probes.logprobs import MORE_LOGPROBS
from conformance.probes.stream import TEXTS
from conformance.probes.usage import STREAMS
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

ALL = (BASELINE, TEXTS, CEILINGS, MORE_CEILINGS, MORE_CHOICES, MORE_LOGPROBS, STREAMS)
"""Conversations in which a request is made in both modes."""
_BLANKS = 6
"""Blanks that an answer must have before their loss is no chance."""
_CHANCES = 2
"""Requests that must show a loss where answers vary by themselves."""


def answered(transcript: Transcript) -> list[Pair]:
    found = list(pairs(transcript))
    if not found:
        raise NotApplicable("no request of this conversation was answered in both modes")
    return found


def edited(
    transcript: Transcript, name: str, edit: Callable[[Exchange], Exchange | None]
) -> Transcript | None:
    """Return the transcript with one stream changed, each time that it was asked for."""
    reading = transcript.get(streamed(name))
    forged = edit(reading.exchange) if reading is not None and reading.ok else None
    return None if forged is None else transcript.replacing(forged)


def _with_deltas(exchange: Exchange, edit: Callable[[str], str]) -> Exchange:
    def change(chunk: dict[str, Any]) -> None:
        for choice in chunk["choices"]:
            if choice["delta"].get("content"):
                choice["delta"]["content"] = edit(choice["delta"]["content"])

    return forge.each_chunk(exchange, change)


def longest(transcript: Transcript) -> str:
    """Name a pair of that probe whose answer is long enough to be tampered with."""
    best = max(pairs(transcript), key=lambda pair: len(pair.streamed.text_of()), default=None)
    return best.name if best else ""


def with_a_piece_lost(transcript: Transcript) -> Transcript | None:
    """The third text of a stream never came."""

    def lose(exchange: Exchange) -> Exchange | None:
        choice = Reading(exchange).stream.choice(0)
        if choice is None or len(choice.pieces) < 12:
            return None
        return forge.without_event(exchange, choice.pieces[2].event)

    return edited(transcript, longest(transcript), lose)


@judges("stream.text-equal", on=ALL, forgery=with_a_piece_lost)
def text_equal(transcript: Transcript) -> Statements:
    """Each choice of each stream has the text of the answer in one piece; what the target varies by
    itself is not held against it.
    """
    for pair in answered(transcript):
        for at in pair.plain.choice_indexes:
            words = departure(pair, at)
            if words and pair.streamed.choice(at) is not None:
                yield text_finding(
                    pair, at, visible(pair.plain.text_of(at), 120), f"{words}: {_text(pair, at)}"
                )


def _text(pair: Pair, choice: int) -> str:
    return visible(pair.streamed.text_of(choice), 120)


def text_finding(pair: Pair, choice: int, expected: str, actual: str) -> Finding:
    where = f"{pair.streamed.id}, text of choice {choice}, against {pair.plain.id}"
    return Finding(where, expected, actual, pair.streamed.id)


def with_a_blank_in_front(transcript: Transcript) -> Transcript | None:
    """A stream begins with a blank that the answer in one piece lacks."""

    def begin(exchange: Exchange) -> Exchange | None:
        choice = Reading(exchange).stream.choice(0)
        if choice is None or not choice.pieces:
            return None

        def change(chunk: dict[str, Any]) -> None:
            content = chunk["choices"][0]["delta"]["content"]
            chunk["choices"][0]["delta"]["content"] = " " + content

        return forge.at_chunk(exchange, choice.pieces[0].event, change)

    return edited(transcript, longest(transcript), begin)


@judges("stream.edges-equal", on=ALL, forgery=with_a_blank_in_front)
def edges_equal(transcript: Transcript) -> Statements:
    """Texts that are equal within have the same blanks at their edges."""
    for pair in answered(transcript):
        for at in pair.plain.choice_indexes:
            whole, pieces = pair.plain.text_of(at), pair.streamed.text_of(at)
            if whole != pieces and whole.strip() == pieces.strip() and pair.steady:
                yield text_finding(
                    pair,
                    at,
                    f"{visible(whole[:20])!r} to {visible(whole[-20:])!r}",
                    f"{visible(pieces[:20])!r} to {visible(pieces[-20:])!r}",
                )


def stripped(transcript: Transcript) -> Transcript | None:
    """Every delta is stripped of its blanks."""
    reading = transcript.get(streamed(longest(transcript)))
    if reading is None or reading.text_of().count(" ") < _BLANKS:
        return None
    return edited(
        transcript,
        longest(transcript),
        lambda exchange: _with_deltas(exchange, lambda text: text.strip(" ")),
    )


@judges("stream.blanks-kept", on=ALL, forgery=stripped)
def blanks_kept(transcript: Transcript) -> Statements:
    """A stream of about as many letters has more than a quarter of the blanks."""

    def lost(whole: str, pieces: str) -> str:
        blanks = whole.count(" ")
        few = blanks >= _BLANKS and pieces.count(" ") <= blanks / 4
        return f"{blanks} blanks" if few else ""

    yield from _lost_each_time(transcript, lost)


def without_newlines(transcript: Transcript) -> Transcript | None:
    """Line feeds are taken out of every delta."""
    for pair in pairs(transcript):
        if pair.streamed.text_of().strip().count("\n") > 1:
            return edited(
                transcript,
                pair.name,
                lambda exchange: _with_deltas(exchange, lambda text: text.replace("\n", "")),
            )
    return None


@judges("stream.newlines-kept", on=ALL, forgery=without_newlines)
def newlines_kept(transcript: Transcript) -> Statements:
    """A stream of about as many letters has line feeds where the plain answer has several."""

    def lost(whole: str, pieces: str) -> str:
        breaks = whole.strip().count("\n")
        return f"{breaks} line feeds" if breaks > 1 and "\n" not in pieces.strip() else ""

    yield from _lost_each_time(transcript, lost)


def _lost_each_time(transcript: Transcript, lost: Callable[[str, str], str]) -> Statements:
    """What `lost` names of a pair's texts; from a target that varies by itself it takes several.

    One answer of such a target may well be laid out otherwise than the next.
    """
    seen = [
        (pair, at, whole, pieces, lost(whole, pieces))
        for pair in answered(transcript)
        for at, whole, pieces in _alike(pair)
    ]
    told = [each for each in seen if each[-1]]
    if transcript.setting.capabilities.get("deterministic", "effective") != "effective":
        kept = [each for each in seen if lost(each[2], "") and not each[-1]]
        if kept or len({pair.name for pair, *_ in told}) < _CHANCES:
            return
    for pair, at, whole, pieces, words in told:
        expected = f"{words}, as in {visible(whole, 60)}"
        yield text_finding(pair, at, expected, visible(pieces, 80))


def _alike(pair: Pair) -> Iterator[tuple[int, str, str]]:
    """The texts of the choices whose two modes hold about as many letters."""
    for at in pair.plain.choice_indexes:
        whole, pieces = pair.plain.text_of(at), pair.streamed.text_of(at)
        sizes = [len("".join(text.split())) for text in (whole, pieces)]
        if min(sizes) >= 0.8 * max(sizes) > 0:
            yield at, whole, pieces


def without_text(transcript: Transcript) -> Transcript | None:
    """A stream says nothing."""
    return edited(
        transcript,
        longest(transcript),
        lambda exchange: _with_deltas(exchange, lambda text: ""),
    )


@judges("stream.not-empty", on=ALL, forgery=without_text)
def not_empty(transcript: Transcript) -> Statements:
    """No choice is silent in every stream while it speaks in every answer in one piece."""
    for pair in answered(transcript):
        for at in pair.plain.choice_indexes:
            whole, pieces = pair.texts(at)
            if all(whole) and not any(pieces) and pair.streamed.choice(at) is not None:
                yield text_finding(pair, at, visible(whole[0], 80), "no text")
