"""Chance: temperature, nucleus and seeds act, and at temperature 0 there is none."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from conformance import forge, retelling
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, TranscriptForgery, judges
from conformance.chapters.sampling.stops import shown, text_place
from conformance.obtained import obtained, refusal, refused
from conformance.probe import Transcript
from conformance.probes.randomness import CHANCE, CHOOSING, EDGES, HOT, SEED, ZERO, seed_sent
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable, Note

NO_STREAMS = "no streams"
SEED_EDGES = ("zero-0", *(f"seed-edge-{edge}" for edge in EDGES))


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


@judges("sampling.seed-repeats", on=CHANCE, forgery=unlike("seeded-1", "zero-1"))
def seed_repeats(transcript: Transcript) -> Statements:
    """Two answers at temperature 1 under one seed are the same, or one is that of a third."""
    yield from _repeat(transcript, seed_sent(transcript), "no seed was sent")


def _zero_varies(transcript: Transcript) -> Transcript | None:
    """Under seed 0 no answer came again, and under another seed one did."""
    zero = transcript.get("zero-0")
    if zero is None or transcript.get("zero-1") is None:
        return None
    other = transcript["zero-1"].exchange
    request = zero.exchange.request
    seeded = [
        replace(each, request=replace(request, label=f"seeded-{place}"))
        for place, each in enumerate((other, other))
    ]
    varied = transcript.replacing(retelling.with_text(other, lambda text: text[::-1]))
    return varied.with_exchanges((*varied.exchanges, *seeded))


@judges("sampling.seed-zero", on=CHANCE, forgery=_zero_varies)
def seed_zero(transcript: Transcript) -> Statements:
    """Where a seed acts, 0 acts like any other."""
    zero = obtained(transcript, "zero-0", "seed 0 was not sent")
    if seed_sent(transcript) == "zero":
        return
    first = obtained(transcript, "seeded-0")
    told = [each.text_of() for each in transcript.labelled("seeded-")]
    if len(set(told)) == len(told):
        raise NotApplicable(f"{first.id}: under seed {SEED} no answer came again either")
    last = transcript.labelled("zero-")[-1]
    expected = f"an answer that came before under seed {ZERO}, as under {SEED}"
    yield Finding(text_place(last), expected, f"{shown(last.text_of())}, and others", zero.id)


@judges("sampling.seed-stream", on=CHOOSING, forgery=unlike("seeded-streamed-1"))
def seed_stream(transcript: Transcript) -> Statements:
    """Two streams at temperature 1 under one seed are the same, or one is that of a third."""
    yield from _repeat(transcript, "seeded-streamed", NO_STREAMS)


@judges("sampling.seed-differs", on=CHANCE, forgery=alike(*SEED_EDGES))
def seed_differs(transcript: Transcript) -> Statements:
    """Answers at temperature 1 under unlike seeds are not all the same."""
    labels = SEED_EDGES if seed_sent(transcript) == "zero" else ("seeded-0", *SEED_EDGES)
    taken = [each for each in map(transcript.__getitem__, labels) if not refused(each)]
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
    exchange = transcript[f"{seed_sent(transcript)}-0"].exchange
    return transcript.replacing(forge.with_status(exchange, 400))


@judges("sampling.seed-accepted", on=CHANCE, forgery=_seeds_refused)
def seed_accepted(transcript: Transcript) -> Statements:
    """A seed is not refused."""
    reading = transcript[f"{seed_sent(transcript)}-0"]
    if refused(reading):
        yield refusal(reading)
