"""Judges of what streams add up to, and of streams beside and after others."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance import modes
from conformance.chapters.stream.conversations import AFTER
from conformance.exchange import Ending, Exchange, Setting
from conformance.probes.always import PLACES
from conformance.probes.stream import LEFT
from conformance.verdict import Inconclusive, NotApplicable
from tests.conformance import answers
from tests.conformance.answers import chunk, completion
from tests.conformance.chapters.judging import labelled, opinion
from tests.conformance.chapters.streams import (
    DONE,
    END,
    FRESH,
    ROLE,
    TEXT,
    of_choice,
    plain,
    stream,
    streamed,
)

SEA = "the sea is wide and the ship is small"


def pair(whole: str, pieces: str, *again: str) -> list[Exchange]:
    made = [plain(whole), streamed(pieces)]
    for place, text in enumerate(again, 1):
        made.append(plain(whole, label=modes.plain("one", place)))
        made.append(streamed(text, label=modes.streamed("one", place)))
    return made


LOST = "the sea is | and the ship is small"


@pytest.mark.parametrize(
    ("exchanges", "departs"),
    [
        (pair(SEA, "the sea is| wide and| the ship is small"), False),
        (pair(SEA, LOST, LOST, LOST), True),
        (pair(SEA, LOST), True),
        (pair(SEA, "the sea sea is wide and the ship is small", SEA, SEA), True),
        (pair(SEA, "the sea is wide and", "the sea is wide and"), True),
        (pair(SEA, "the sea is wide or narrow", SEA), False),
        (pair(SEA, "a lake lies", "a hill stands"), True),
        (pair(SEA, " " + SEA), False),
    ],
)
def test_a_text_that_differs_each_time_or_was_damaged_departs(
    exchanges: list[Exchange], departs: bool
) -> None:
    assert bool(opinion("stream.text-equal", exchanges)[0]) is departs


def test_a_target_that_varies_by_itself_is_not_held_to_its_text() -> None:
    first, second = pair(SEA, "a lake lies")
    third = plain("a hill stands", label=modes.plain("one", 1))
    fourth = streamed("a tree", label=modes.streamed("one", 1))
    assert opinion("stream.text-equal", [first, second, third, fourth]) == ((), None)


def test_a_request_that_is_refused_in_either_mode_is_no_pair() -> None:
    refused = [replace(each, status=400) for each in pair(SEA, SEA)]
    findings, undecided = opinion("stream.text-equal", refused)
    assert findings == ()
    assert isinstance(undecided, NotApplicable)


@pytest.mark.parametrize(
    ("identity", "whole", "pieces"),
    [
        ("stream.edges-equal", SEA, " " + SEA),
        ("stream.blanks-kept", SEA, SEA.replace(" ", "")),
        ("stream.newlines-kept", "one\ntwo\nthree", "onetwothree"),
        ("stream.not-empty", SEA, ""),
    ],
)
def test_what_gets_lost_is_named(identity: str, whole: str, pieces: str) -> None:
    assert opinion(identity, pair(whole, pieces))[0]
    assert not opinion(identity, pair(whole, whole))[0]


VARYING = Setting(capabilities={"deterministic": "absent"})
LINES = "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([], False),
        ([("two", LINES, "one two three")], True),
        ([("two", LINES, "one, two, three"), ("three", LINES, LINES)], False),
    ],
)
def test_one_answer_laid_out_otherwise_is_chance_where_answers_vary(
    others: list[tuple[str, str, str]], told: bool
) -> None:
    exchanges = pair(LINES, "one two three")
    for name, whole, pieces in others:
        exchanges.append(plain(whole, label=modes.plain(name)))
        exchanges.append(streamed(pieces, label=modes.streamed(name)))
    assert bool(opinion("stream.newlines-kept", exchanges, VARYING)[0]) is told


def test_finish_reasons_are_compared_where_the_texts_are_the_same() -> None:
    assert opinion("stream.finish-equal", [plain(SEA), streamed(SEA, "stop")])[0]
    assert not opinion("stream.finish-equal", [plain(SEA), streamed("a lake", "stop")])[0]
    assert not opinion("stream.finish-equal", [plain(SEA), streamed(SEA)])[0]


def test_finish_reasons_of_equal_choices_are_compared_too() -> None:
    whole = two("red", "red", whole=True)
    document = json.loads(whole.body)
    document["choices"][1]["finish_reason"] = "length"
    unlike = replace(whole, body=json.dumps(document).encode())
    stream_of_both = two("red", "red", whole=False)
    assert opinion("stream.finish-equal", [unlike, stream_of_both])[0]
    assert not opinion("stream.finish-equal", [whole, stream_of_both])[0]


def two(one: str, other: str, *, whole: bool) -> Exchange:
    if whole:
        document = completion()
        document["choices"] = [
            {**document["choices"][0], "index": at, "message": {"content": text}}
            for at, text in enumerate((one, other))
        ]
        made = answers.exchange(json.dumps(document).encode())
        return labelled(made, modes.plain(modes.SEEDED))
    pieces = [
        of_choice(chunk({"content": text}, **FRESH), index=at)
        for at, text in enumerate((one, other))
    ]
    return labelled(stream(*pieces, DONE), modes.streamed(modes.SEEDED))


@pytest.mark.parametrize(
    ("one", "other", "crossed"),
    [
        ("red apples fall down", "blue birds sing on high", False),
        ("red birds sing on high", "blue apples fall down", True),
        ("red apples roll away", "blue birds sing on high", False),
        ("blue birds sing on high", "red apples fall down", False),
    ],
)
def test_choices_that_go_on_as_one_another_are_crossed(one: str, other: str, crossed: bool) -> None:
    whole = two("red apples fall down", "blue birds sing on high", whole=True)
    exchanges = [whole, two(one, other, whole=False)]
    assert bool(opinion("stream.choices-apart", exchanges)[0]) is crossed


def test_a_choice_that_never_came_is_missed() -> None:
    whole = two("red", "blue", whole=True)
    lost = labelled(stream(ROLE, TEXT, END, DONE), modes.streamed(modes.SEEDED))
    assert opinion("stream.same-choices", [whole, lost])[0]


def numbers(place: int) -> str:
    return " ".join(str(place * 100 + each) for each in range(9))


def beside(**changes: str) -> list[Exchange]:
    alone = {f"alone-{place}": numbers(place) for place in PLACES}
    texts = {f"streamed-{place}": numbers(place) for place in PLACES}
    return [
        *(plain({**alone, **changes}[label], label=label) for label in alone),
        *(streamed({**texts, **changes}[label], label=label) for label in texts),
    ]


def test_streams_at_once_must_not_carry_each_others_text() -> None:
    assert opinion("stream.overlap", beside()) == ((), None)
    assert opinion("stream.overlap", beside(**{"streamed-1": numbers(3)}))[0]
    woven = "100 101 302 303 104"
    assert opinion("stream.overlap", beside(**{"streamed-5": woven}))[0]
    assert not opinion("stream.overlap", beside(**{"streamed-1": "I would rather not"}))[0]


def test_one_answer_for_every_prompt_is_found() -> None:
    same = {f"streamed-{place}": "the first answer, for ever and ever" for place in PLACES}
    assert opinion("stream.own-answer", beside(**same))[0]
    everywhere = same | {f"alone-{place}": "the first answer" for place in PLACES}
    assert isinstance(opinion("stream.own-answer", beside(**everywhere))[1], NotApplicable)
    assert not opinion("stream.own-answer", beside())[0]


def after(**changes: Exchange) -> list[Exchange]:
    left = streamed(numbers(LEFT), label="left-1")
    made: dict[str, Exchange] = {"left-1": replace(left, ending=Ending.ABANDONED)}
    for label in AFTER:
        make = streamed if "streamed" in label else plain
        made[label] = make(SEA, label=label)
    return list({**made, **changes}.values())


GREEDY = Setting(greedy=SEA)


def test_a_closed_stream_must_not_block_or_spoil_the_next_answer() -> None:
    assert opinion("stream.closed-early", after(), GREEDY) == ((), None)
    assert opinion("stream.closed-early-text", after(), GREEDY) == ((), None)
    blocked = after(later=replace(plain(SEA, label="later"), status=503))
    assert opinion("stream.closed-early", blocked, GREEDY)[0]
    for text in ("the sea is wide", f"{numbers(LEFT)} {SEA}", LOST):
        spoilt = after(**{"later-streamed": streamed(text, label="later-streamed")})
        assert opinion("stream.closed-early-text", spoilt, GREEDY)[0]
    other = after(**{"later-streamed": streamed("another way to put it", label="later-streamed")})
    assert not opinion("stream.closed-early-text", other, GREEDY)[0]


def test_a_rate_limit_after_closed_streams_decides_nothing() -> None:
    limited = after(later=replace(plain(SEA, label="later"), status=429))
    findings, undecided = opinion("stream.closed-early", limited, GREEDY)
    assert findings == ()
    assert isinstance(undecided, Inconclusive)


def test_a_stream_that_fails_each_time_is_not_delivered_and_one_that_fails_once_is() -> None:
    error = {"error": {"message": "no", "type": "server_error"}}
    broken = stream(ROLE, TEXT, error)
    whole, fine = pair(SEA, SEA)
    first = labelled(broken, modes.streamed("one"))
    again = labelled(broken, modes.streamed("one", 1))
    assert opinion("stream.delivered", [whole, first, again])[0]
    once = [whole, first, labelled(fine, modes.streamed("one", 1))]
    assert opinion("stream.delivered", once) == ((), None)
    assert opinion("stream.delivered", [whole, fine]) == ((), None)
