"""Chance: temperature, nucleus and seeds act, and at temperature 0 there is none."""

from __future__ import annotations

from functools import partial

from conformance import forge, retelling
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, TranscriptForgery, judges
from conformance.chapters.sampling.stops import shown, text_place
from conformance.obtained import obtained, refusal, refused
from conformance.probe import Transcript
from conformance.probes.randomness import CHANCE, CHOOSING, EDGES, HOT
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable, Note

NO_STREAMS = "no streams"
SEED_EDGES = tuple(f"seed-edge-{edge}" for edge in EDGES)


def _instead(text: str, _: str) -> str:
    return text


def alike(*labels: str) -> TranscriptForgery:
    """Return a forgery in which every labelled answer says the same."""

    def forgery(transcript: Transcript) -> Transcript | None:
        if transcript.get(labels[0]) is None:
            return None
        same = partial(_instead, transcript[labels[0]].text_of())
        for label in labels[1:]:
            exchange = retelling.with_text(transcript[label].exchange, same)
            transcript = transcript.replacing(exchange)
        return transcript

    forgery.__doc__ = "All these answers are the same."
    return forgery


def unlike(*labels: str) -> TranscriptForgery:
    """Return a forgery in which the first labelled answer that is there says something else."""

    def forgery(transcript: Transcript) -> Transcript | None:
        for label in labels:
            reading = transcript.get(label)
            if reading is not None:
                exchange = retelling.with_text(reading.exchange, lambda text: text[::-1])
                return transcript.replacing(exchange)
        return None

    forgery.__doc__ = "One of these answers is another one."
    return forgery


def _differ(readings: list[Reading], words: str) -> Statements:
    """Not all answers are the same."""
    texts = {reading.text_of() for reading in readings}
    if len(texts) == 1:
        last = readings[-1]
        expected = f"another answer among {len(readings)} {words}"
        yield Finding(text_place(last), expected, f"{shown(last.text_of())} each time", last.id)


def _equal(first: Reading, second: Reading, words: str) -> Statements:
    """Two answers are the same; blanks at the end are nobody's."""
    due, text = first.text_of(), second.text_of()
    if due.rstrip() != text.rstrip():
        yield Finding(text_place(second), f"{shown(due)}, {words}", shown(text), second.id)


def _all(transcript: Transcript, prefix: str, count: int, why: str) -> list[Reading]:
    return [obtained(transcript, f"{prefix}-{place}", why) for place in range(count)]


def zero_pairs(transcript: Transcript) -> list[tuple[str, str]]:
    """Return the labels of greedy requests that were made twice in the same mode."""
    pairs = [
        ("plain", "again"),
        ("plain-streamed", "streamed"),
        ("cold", "cold-again"),
        ("cold-streamed", "cold-streamed-again"),
    ]
    return [pair for pair in pairs if all(transcript.get(label) for label in pair)]


@judges("sampling.zero-repeats", on=(BASELINE, CHOOSING), forgery=unlike("again", "cold-again"))
def zero_repeats(transcript: Transcript) -> Statements:
    """The same request at temperature 0 has the same answer."""
    for one, other in zero_pairs(transcript):
        first, second = transcript.answered(one), transcript.answered(other)
        yield from _equal(first, second, "as the first time")


@judges("sampling.temperature-acts", on=CHANCE, forgery=alike("hot-0", "hot-1"))
def temperature_acts(transcript: Transcript) -> Statements:
    """Two answers at temperature 1.5 are not the same."""
    readings = _all(transcript, "hot", HOT, "nothing was asked at temperature 1.5")
    yield from _differ(readings, "at temperature 1.5")


@judges("sampling.temperature-stream", on=CHOOSING, forgery=alike("cold-streamed", "hot-streamed"))
def temperature_stream(transcript: Transcript) -> Statements:
    """A stream at temperature 1.5 is not the greedy one."""
    hot = obtained(transcript, "hot-streamed", NO_STREAMS)
    cold = obtained(transcript, "cold-streamed", NO_STREAMS)
    yield from _differ([cold, hot], "streams, one of them at temperature 1.5")


@judges(
    "sampling.default-temperature", on=CHOOSING, forgery=alike("default-0", "default-1", "cold")
)
def default_temperature(transcript: Transcript) -> Statements:
    """Two answers without a temperature are not both the greedy one."""
    cold = obtained(transcript, "cold")
    yield from _differ([cold, *_all(transcript, "default", HOT, "")], "without a temperature")


def _greedy_at_any_temperature(transcript: Transcript, label: str, cold: str) -> Statements:
    reading = obtained(transcript, label, NO_STREAMS)
    own = transcript.answered(cold)
    if own.text_of().rstrip() != transcript.answered("cold-again").text_of().rstrip():
        raise NotApplicable("greedy answers of this target vary")
    yield from _equal(own, reading, "as at temperature 0")


@judges("sampling.top-p-acts", on=CHOOSING, forgery=unlike("nucleus"))
def top_p_acts(transcript: Transcript) -> Statements:
    """With `top_p` 0.000001 the answer at temperature 1.5 is the greedy one."""
    yield from _greedy_at_any_temperature(transcript, "nucleus", "cold")


@judges("sampling.top-p-stream", on=CHOOSING, forgery=unlike("nucleus-streamed"))
def top_p_stream(transcript: Transcript) -> Statements:
    """With `top_p` 0.000001 a stream at temperature 1.5 is the greedy one."""
    yield from _greedy_at_any_temperature(transcript, "nucleus-streamed", "cold-streamed")


@judges("sampling.top-k-acts", on=CHOOSING, forgery=unlike("top-k"))
def top_k_acts(transcript: Transcript) -> Statements:
    """With `top_k` 1 the answer at temperature 1.5 is the greedy one."""
    if refused(transcript["top-k"]):
        yield refusal(transcript["top-k"])
    else:
        yield from _greedy_at_any_temperature(transcript, "top-k", "cold")


def _repeat(transcript: Transcript, prefix: str, why: str) -> Statements:
    """Some two of the answers are the same: seeds are best effort."""
    obtained(transcript, f"{prefix}-0", why)
    readings = [transcript.answered(f"{prefix}-{place}") for place in range(2)]
    if transcript.get(f"{prefix}-2") is not None:
        readings.append(transcript.answered(f"{prefix}-2"))
    texts = {reading.text_of() for reading in readings}
    last = readings[-1]
    if len(texts) == len(readings):
        expected = f"an answer that {len(readings)} requests with one seed share"
        yield Finding(text_place(last), expected, f"{shown(last.text_of())}, and others", last.id)
    elif len(texts) > 1:
        yield Note("one seed does not always give one answer", last.id)


@judges("sampling.seed-repeats", on=CHANCE, forgery=unlike("seeded-1"))
def seed_repeats(transcript: Transcript) -> Statements:
    """Two answers at temperature 1 under one seed are the same, or one is that of a third."""
    yield from _repeat(transcript, "seeded", "no seed was sent")


@judges("sampling.seed-stream", on=CHOOSING, forgery=unlike("seeded-streamed-1"))
def seed_stream(transcript: Transcript) -> Statements:
    """Two streams at temperature 1 under one seed are the same, or one is that of a third."""
    yield from _repeat(transcript, "seeded-streamed", NO_STREAMS)


@judges("sampling.seed-differs", on=CHANCE, forgery=alike("seeded-0", *SEED_EDGES))
def seed_differs(transcript: Transcript) -> Statements:
    """Answers at temperature 1 under unlike seeds are not all the same."""
    others = [transcript[label] for label in SEED_EDGES]
    taken = [obtained(transcript, "seeded-0"), *(each for each in others if not refused(each))]
    if len(taken) < 3:
        raise NotApplicable("fewer than three seeds are accepted; sampling.seed-edges judges that")
    readings = [transcript.answered(each.exchange.request.label) for each in taken]
    yield from _differ(readings, f"under {len(taken)} seeds")


def _negative_refused(transcript: Transcript) -> Transcript:
    """A negative seed is refused."""
    return transcript.replacing(forge.with_status(transcript["seed-edge--1"].exchange, 400))


@judges("sampling.seed-edges", on=CHANCE, forgery=_negative_refused)
def seed_edges(transcript: Transcript) -> Statements:
    """Seeds 0, -1 and the largest of 64 bits are not refused, where one of them is not."""
    readings = [transcript[label] for label in SEED_EDGES]
    if all(refused(reading) for reading in readings):
        raise NotApplicable("no seed is accepted")
    for reading in readings:
        if refused(reading) or reading.status == 500:
            yield refusal(reading)


def _seeds_refused(transcript: Transcript) -> Transcript:
    """A seed is refused."""
    return transcript.replacing(forge.with_status(transcript["seeded-0"].exchange, 400))


@judges("sampling.seed-accepted", on=CHANCE, forgery=_seeds_refused)
def seed_accepted(transcript: Transcript) -> Statements:
    """A seed is not refused."""
    if refused(transcript["seeded-0"]):
        yield refusal(transcript["seeded-0"])
