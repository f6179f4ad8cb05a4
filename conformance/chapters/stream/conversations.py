"""Streams beside others, after others, and resumed; forms of asking for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance import forge
from conformance.capability import EFFECTIVE
from conformance.catalogue import Statements, judges
from conformance.excerpt import visible
from conformance.exchange import Exchange
from conformance.modes import damage, numbers_of, streamed
from conformance.probe import Transcript
from conformance.probes.always import OVERLAP, PLACES
from conformance.probes.stream import (
    FORMS,
    LEFT,
    LEFT_EARLY,
    OPTIONS,
    RESUMED,
)
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable

_SAME = 24
"""Characters that unlike prompts do not share by chance."""
_SHARE = 0.9
"""An answer that is a shorter beginning of what it was before has been cut."""
AFTER = ("after-streamed", "later-streamed", "later")


def everyone_the_same(transcript: Transcript) -> Transcript | None:
    """Every prompt is given the first answer."""
    first = transcript.get(f"streamed-{PLACES[0]}")
    if first is None:
        return None
    body = first.exchange.body
    return transcript.with_exchanges(
        forge.with_body(each, body) if each.request.label.startswith("streamed-") else each
        for each in transcript.exchanges
    )


@judges("stream.own-answer", on=OVERLAP, forgery=everyone_the_same)
def own_answer(transcript: Transcript) -> Statements:
    """Streams of unlike prompts are not all the same text."""
    if transcript.get(f"streamed-{PLACES[0]}") is None:
        raise NotApplicable("no streams")
    if len({transcript.answered(f"alone-{place}").text_of() for place in PLACES}) == 1:
        raise NotApplicable("every answer is the same; response.answers-differ judges that")
    streams = [transcript.answered(f"streamed-{place}") for place in PLACES]
    texts = {reading.text_of() for reading in streams}
    if len(texts) == 1 and len(min(texts)) >= _SAME:
        yield Finding(
            f"{streams[-1].id}, text of the stream",
            f"an answer of its own: {len(streams)} unlike prompts were sent",
            f"the same for each: {visible(min(texts), 100)}",
            streams[-1].id,
        )


def mixed_up(transcript: Transcript) -> Transcript | None:
    """Two streams of one moment have each other's bodies."""
    both = [transcript.get(f"streamed-{place}") for place in PLACES[:2]]
    one, other = (each.exchange if each else None for each in both)
    if one is None or other is None:
        return None
    swapped = transcript.replacing(forge.with_body(one, other.body))
    return swapped.replacing(forge.with_body(other, one.body))


@judges("stream.overlap", on=OVERLAP, forgery=mixed_up)
def overlap(transcript: Transcript) -> Statements:
    """No stream holds what belongs to one that ran beside it."""
    alone = {place: transcript.answered(f"alone-{place}").text_of() for place in PLACES}
    for place in PLACES:
        reading = transcript.get(f"streamed-{place}")
        if reading is None:
            raise NotApplicable("no streams")
        if reading.ok:
            yield from _foreign(reading, place, alone)


def _foreign(reading: Reading, place: int, alone: dict[int, str]) -> Iterator[Finding]:
    text, own = reading.text_of(), alone[place]
    for other, foreign in alone.items():
        if other == place or foreign == own or text == own:
            continue
        counted = len(numbers_of(other, foreign)) > 4 and not numbers_of(other, own)
        if (counted and len(numbers_of(other, text)) > 1) or _shares(text, foreign, own):
            yield Finding(
                f"{reading.id}, text of the stream",
                visible(own, 80),
                f"what belongs to the stream beside it: {visible(text, 100)}",
                reading.id,
            )
            return


def _shares(text: str, foreign: str, own: str) -> bool:
    """Whether a text holds a run of a foreign answer that its own answer lacks."""
    runs = (text[at : at + _SAME] for at in range(max(len(text) - _SAME + 1, 0)))
    return any(run in foreign and run not in own for run in runs)


def blocked(transcript: Transcript) -> Transcript:
    """The request after the closed streams is turned away."""
    return transcript.replacing(forge.with_status(transcript["later"].exchange, 503))


@judges("stream.closed-early", on=LEFT_EARLY, forgery=blocked)
def closed_early(transcript: Transcript) -> Statements:
    """Every request after the closed streams is answered."""
    if not any(reading.ok for reading in transcript.labelled("left-")):
        raise Inconclusive("no stream could be opened to be left")
    for label in AFTER:
        reading = transcript[label]
        if reading.status == 429:
            raise Inconclusive(f"{reading.id}: answered 429 after every try")
        if not reading.ok:
            yield Finding(
                reading.at_status(),
                "an answer, as before streams were left",
                f"{reading.status or reading.exchange.ending.value}: {reading.snippet(most=80)}",
                reading.id,
            )


def cut_afterwards(transcript: Transcript) -> Transcript:
    """The stream after the closed ones loses its second half."""
    exchange = transcript["after-streamed"].exchange
    pieces = Reading(exchange).stream.choices[0].pieces
    late = {piece.event for piece in pieces[len(pieces) // 2 :]}
    forged = forge.with_blocks(
        exchange, lambda blocks: [each for at, each in enumerate(blocks) if at not in late]
    )
    return transcript.replacing(forged)


@judges("stream.closed-early-text", on=LEFT_EARLY, forgery=cut_afterwards)
def closed_early_text(transcript: Transcript) -> Statements:
    """Answers after the closed streams are neither cut nor hold what was left there."""
    before = transcript.setting.greedy.strip()
    if not before:
        raise NotApplicable("the baseline was answered with no text")
    for label in AFTER:
        reading = transcript[label]
        text = reading.text_of().strip()
        if not reading.ok or reading.error or text == before:
            continue
        cut = before.startswith(text) and len(text) < _SHARE * len(before)
        leaked = len(numbers_of(LEFT, text)) > 1 and not numbers_of(LEFT, before)
        if cut or leaked or damage(before, text):
            yield Finding(
                f"{reading.id}, text",
                visible(before, 100),
                visible(text, 100) or "no text",
                reading.id,
            )


def resuming(transcript: Transcript) -> Transcript:
    """Streams with `Last-Event-ID` begin later."""
    first = _from_the_middle(transcript["resumed"].exchange)
    second = replace(first, request=replace(first.request, label="resumed-again"))
    return transcript.with_exchanges([*transcript.replacing(first).exchanges, second])


def _from_the_middle(exchange: Exchange) -> Exchange:
    pieces = Reading(exchange).stream.choices[0].pieces
    early = {piece.event for piece in pieces[: len(pieces) // 2]}
    return forge.with_blocks(
        exchange, lambda blocks: [each for at, each in enumerate(blocks) if at not in early]
    )


@judges("stream.last-event-id", on=RESUMED, forgery=resuming)
def last_event_id(transcript: Transcript) -> Statements:
    """A stream with the header is as one without it, or else a second one is."""
    plain = transcript.answered(streamed("plain")).text_of()
    first = transcript["resumed"]
    if first.ok and first.text_of() == plain:
        return
    if transcript.setting.capabilities.get("deterministic", EFFECTIVE) != EFFECTIVE:
        raise NotApplicable("greedy answers of this target vary")
    resumed = [first, transcript["resumed-again"]]
    if any(reading.status == 429 for reading in resumed):
        raise Inconclusive(f"{first.id}: answered 429 after every try")
    if all(reading.status is not None and reading.status < 500 for reading in resumed) and all(
        not reading.ok or reading.text_of() != plain for reading in resumed
    ):
        said = visible(first.text_of(), 100) if first.ok else f"status {first.status}"
        yield Finding(
            f"{first.id}, text of the stream", visible(plain, 100), said or "no text", first.id
        )


def empty_refused(transcript: Transcript) -> Transcript:
    """An empty object is refused."""
    exchange = forge.with_status(transcript["empty"].exchange, 400)
    return transcript.replacing(replace(exchange, body=b"{}"))


@judges("stream.options-forms", on=OPTIONS, forgery=empty_refused)
def options_forms(transcript: Transcript) -> Statements:
    """Every form of saying nothing in `stream_options` is answered."""
    for label in FORMS:
        reading = transcript[label]
        if reading.status is None or reading.status == 429:
            raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
        if not reading.ok:
            yield Finding(
                reading.at_status(),
                "200, as without stream_options",
                f"{reading.status}: {visible(reading.error.text, 100) or reading.snippet(most=80)}",
                reading.id,
            )
