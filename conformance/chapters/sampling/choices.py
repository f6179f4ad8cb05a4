"""Several choices: as many as were asked for, each one complete, none mixed with another."""

from __future__ import annotations

from functools import partial
from typing import Any

from conformance import forge, retelling
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.sampling.caps import cap_of, choices_of, cramped, spent
from conformance.chapters.sampling.ends import finish_place
from conformance.chapters.sampling.stops import shown
from conformance.exchange import Exchange
from conformance.fuzz import FUZZ
from conformance.kinds import completed_stream, completion
from conformance.modes import ROUNDS, SEEDED, plain, streamed
from conformance.obtained import obtained, refusal, refused
from conformance.probe import Transcript
from conformance.probes.choices import MORE_CHOICES, SEVERAL
from conformance.probes.stops import ran_past
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable


def several(reading: Reading) -> bool:
    """An answer in one piece to a request for several choices."""
    wanted = completion(reading) and choices_of(reading) > 1
    return wanted and bool(reading.choice_indexes)


def several_in_either_mode(reading: Reading) -> bool:
    """The same, or such a stream."""
    a_stream = completed_stream(reading) and choices_of(reading) > 1
    return several(reading) or (a_stream and bool(reading.choice_indexes))


def place(reading: Reading, index: int) -> str:
    """Return the place of a choice, in words."""
    if not reading.is_stream:
        return reading.at_pointer(f"/choices/{index}")
    choice = reading.stream.choice(index)
    return reading.at_event(choice.last if choice else 0)


def _count(reading: Reading, where: str) -> Statements:
    """Two choices came."""
    found = len(reading.choice_indexes)
    if found != 2:
        yield Finding(where, "two choices, or a refusal", f"{found} of them", reading.id)


def one_of_two(label: str) -> Any:
    """Return a forgery in which one choice comes where two were asked for."""

    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None:
            return None
        return transcript.replacing(retelling.without_choice(reading.exchange, 1))

    return forgery


@judges("sampling.n-acts", on=SEVERAL, forgery=one_of_two("two"))
def n_acts(transcript: Transcript) -> Statements:
    """`n: 2` in one piece gives two choices, or a refusal."""
    reading = obtained(transcript, "two")
    yield from _count(reading, reading.at_pointer("/choices"))


@judges("sampling.n-stream", on=SEVERAL, forgery=one_of_two("two-streamed"))
def n_stream(transcript: Transcript) -> Statements:
    """`n: 2` in a stream gives two choices, or a refusal."""
    reading = obtained(transcript, "two-streamed")
    yield from _count(reading, reading.at_event(len(reading.events) - 1))


@judges(
    "sampling.n-accepted",
    on=SEVERAL,
    forgery=lambda t: t.replacing(forge.with_status(t["two"].exchange, 400)),
)
def n_accepted(transcript: Transcript) -> Statements:
    """`n: 2` is not refused, in either mode."""
    for label in ("two", "two-streamed"):
        reading = transcript.get(label)
        if reading is not None and refused(reading):
            yield refusal(reading)


def all_zero(exchange: Exchange) -> Exchange:
    """Every choice has index 0."""

    def edit(document: Any) -> None:
        for choice in document["choices"]:
            choice["index"] = 0

    return forge.with_json(exchange, edit)


@reads("sampling.n-index", where=several, forgery=all_zero)
def n_index(reading: Reading) -> Statements:
    """The indexes of n choices are 0 to n-1, each once."""
    found = sorted(reading.choice_indexes)
    if found != list(range(len(found))):
        due = f"each of 0 to {len(found) - 1}"
        yield Finding(reading.at_pointer("/choices"), due, str(found), reading.id)


def second_silent(exchange: Exchange) -> Exchange | None:
    """The second choice has no text."""
    if Reading(exchange).asked("stop") or cramped(Reading(exchange)):
        return None
    return retelling.with_text(exchange, lambda _: "", 1)


@reads(
    "sampling.n-text",
    where=several_in_either_mode,
    forgery=second_silent,
)
def n_text(reading: Reading) -> Statements:
    """Where one choice has text, every choice that ended by itself or its cap has."""
    indexes = sorted(set(reading.choice_indexes))
    silent = [index for index in indexes if not reading.text_of(index)]
    if reading.asked("stop") or cramped(reading) or silent == indexes:
        return
    for index in silent:
        if not _calls(reading, index):
            yield Finding(place(reading, index), "text, as in the others", "none", reading.id)


def _calls(reading: Reading, index: int) -> bool:
    choice = reading.choice(index)
    return choice is not None and bool(choice.tool_calls or choice.refusal)


def all_cut(reading: Reading) -> bool:
    """Several choices that have as many tokens as their caps allow, all together."""
    cap, count = cap_of(reading), choices_of(reading)
    whole = several_in_either_mode(reading) and len(set(reading.choice_indexes)) == count
    # One choice may end just there by itself; that all do is a matter of low caps.
    if not whole or cap is None or reading.exchange.probe == FUZZ:
        # The prompts and biases of a fuzz make all choices end just there, in good order.
        return False
    return 1 < cap <= 16 and spent(reading) == cap * count and not _ended_alike(reading)


def _ended_alike(reading: Reading) -> bool:
    """A sure model says the same each time, and where that ends by itself at the cap, all do."""
    indexes = sorted(set(reading.choice_indexes))
    same = len({reading.text_of(index) for index in indexes}) == 1
    return same and all(reading.finish_of(index) == "stop" for index in indexes)


@reads(
    "sampling.n-finish",
    where=all_cut,
    forgery=lambda exchange: retelling.with_finish(exchange, "stop", 1),
    rare=True,
)
def n_finish(reading: Reading) -> Statements:
    """Where the counts say that every choice was cut by its cap, each of them says `length`."""
    for index in sorted(set(reading.choice_indexes)):
        finish = reading.finish_of(index)
        if finish != "length":
            expected = f"'length', since all choices took the cap of {cap_of(reading)}"
            yield Finding(finish_place(reading, index), expected, repr(finish), reading.id)


@reads(
    "sampling.n-count",
    where=several_in_either_mode,
    forgery=lambda exchange: retelling.without_choice(exchange, choices_of(Reading(exchange)) - 1),
)
def n_count(reading: Reading) -> Statements:
    """There are as many choices as were asked for."""
    wanted, count = choices_of(reading), len(set(reading.choice_indexes))
    if wanted not in (count, len(reading.choice_indexes)):
        where = place(reading, max(reading.choice_indexes))
        yield Finding(where, f"{wanted} choices", f"{count} of them", reading.id)


@judges(
    "sampling.n-stop",
    on=MORE_CHOICES,
    forgery=lambda t: t.replacing(
        retelling.with_text(t["stopped"].exchange, lambda _: t.setting.greedy, 1)
    ),
)
def n_stop(transcript: Transcript) -> Statements:
    """No choice runs past the stop text, in either mode."""
    why = "the target's own answer offers no stop text"
    for label in ("stopped", "stopped-streamed"):
        if label == "stopped" or transcript.get(label) is not None:
            reading = obtained(transcript, label, why)
            if ran_past(reading):
                ends = [shown(reading.text_of(index)) for index in reading.choice_indexes]
                expected = f"choices that end before {reading.asked('stop', 0)!r}"
                yield Finding(place(reading, 1), expected, ", ".join(ends), reading.id)


def _greedy(transcript: Transcript, label: str) -> Statements:
    """Every greedy choice is the single greedy answer under the same cap."""
    why = "greedy answers of this target vary"
    alone = transcript.setting.greedy.rstrip()
    reading = obtained(transcript, label, why)
    for index in sorted(set(reading.choice_indexes)):
        text = reading.text_of(index).rstrip()
        if text != alone:
            expected = f"{alone!r}, as a single choice"
            yield Finding(place(reading, index), expected, shown(text), reading.id)


@judges(
    "sampling.n-cap",
    on=MORE_CHOICES,
    forgery=lambda t: t.replacing(
        retelling.with_text(t["greedy"].exchange, lambda text: text[: len(text) // 2], 1)
    ),
)
def n_cap(transcript: Transcript) -> Statements:
    """Of two greedy choices under a cap, each is what a single one is."""
    yield from _greedy(transcript, "greedy")


@judges(
    "sampling.n-stream-apart",
    on=MORE_CHOICES,
    forgery=lambda t: t.replacing(
        retelling.with_text(t["greedy-streamed"].exchange, lambda text: text + text, 0)
    ),
)
def n_stream_apart(transcript: Transcript) -> Statements:
    """Of two greedy choices in a stream, each is what a single one is."""
    yield from _greedy(transcript, "greedy-streamed")


def _texts(reading: Reading) -> list[str]:
    return [reading.text_of(index).rstrip() for index in sorted(set(reading.choice_indexes))]


def reversed_in_streams(transcript: Transcript) -> Transcript:
    """The second choice of a stream says something else."""
    exchange = transcript[streamed(SEEDED)].exchange
    return transcript.replacing(retelling.with_text(exchange, lambda text: text[::-1], 1))


@judges("sampling.n-stream-same", on=MORE_CHOICES, forgery=reversed_in_streams)
def n_stream_same(transcript: Transcript) -> Statements:
    """Two seeded choices say the same in a stream as in one piece."""
    why = "no streams"
    whole = [_texts(obtained(transcript, SEEDED, why))]
    again = [transcript.get(plain(SEEDED, place)) for place in range(1, ROUNDS + 1)]
    whole += [_texts(each) for each in again if each is not None and each.ok]
    if any(texts != whole[0] for texts in whole):
        raise NotApplicable("several choices do not always repeat under one seed")
    reading = obtained(transcript, streamed(SEEDED), why)
    if _texts(reading) != whole[0]:
        expected = f"{whole[0]}, as in one piece"
        yield Finding(place(reading, 0), expected, str(_texts(reading)), reading.id)


def _instead(text: str, _: str) -> str:
    return text


def copies(transcript: Transcript) -> Transcript:
    """All choices are copies of the first."""
    exchange = transcript["hot"].exchange
    same = partial(_instead, transcript["hot"].text_of())
    for index in transcript["hot"].choice_indexes[1:]:
        exchange = retelling.with_text(exchange, same, index)
    return transcript.replacing(exchange)


@judges("sampling.n-differ", on=MORE_CHOICES, forgery=copies)
def n_differ(transcript: Transcript) -> Statements:
    """Three choices at temperature 1.5 are not all copies of each other."""
    reading = obtained(transcript, "hot")
    if len(reading.choice_indexes) > 1 and len(set(_texts(reading))) == 1:
        shared = shown(reading.text_of())
        yield Finding(place(reading, 1), "another text", f"{shared} in each", reading.id)


def seven(transcript: Transcript) -> Transcript:
    """Seven choices come where eight were asked for."""
    return transcript.replacing(retelling.without_choice(transcript["eight"].exchange, 7))


@judges("sampling.n-eight", on=MORE_CHOICES, forgery=seven)
def n_eight(transcript: Transcript) -> Statements:
    """`n: 8` gives eight choices."""
    reading = transcript["eight"]
    if refused(reading):
        yield refusal(reading, "200, with eight choices")
        return
    found = len(transcript.answered("eight").choice_indexes)
    if found != 8:
        yield Finding(reading.at_pointer("/choices"), "eight choices", str(found), reading.id)
