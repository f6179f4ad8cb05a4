"""Stop texts cut from answers."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance import stopping

COUNTING = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16"
SEA = "The sea keeps its old secrets, and every wave tells a new story of salt."
FOREIGN = "Grüße aus Kyōto, 東京 und Łódź"
TEXTS = st.text(max_size=60)


@pytest.mark.parametrize("length", [2, 3, 9])
@given(text=TEXTS)
def test_a_piece_of_the_middle_first_occurs_in_the_last_two_thirds(text: str, length: int) -> None:
    piece = stopping.middle_of(text, length)
    assert not piece or (len(piece) == length and text.find(piece) >= len(text) // 3)


def test_a_piece_may_be_wanted_near_the_end() -> None:
    early, late = stopping.piece_near(COUNTING, 0.4), stopping.piece_near(COUNTING, 0.9)
    assert COUNTING.find(early) < COUNTING.find(late)


@given(TEXTS)
def test_the_beginning_of_a_text_leaves_nothing_of_it(text: str) -> None:
    first = stopping.beginning_of(text)
    assert not stopping.before(text, [first]).strip() or not first


def test_no_piece_is_cut_from_an_answer_that_repeats_itself() -> None:
    assert stopping.middle_of("a a a a a a a a a") == ""


@given(TEXTS)
@example("0\u00bcAAA")
def test_a_piece_inside_a_word_follows_a_letter(text: str) -> None:
    piece = stopping.inside_word(text)
    start = text.find(piece)
    assert not piece or (start > 0 and text[start - 1].isalpha())


def test_a_piece_inside_a_word_is_found_in_prose() -> None:
    assert stopping.inside_word(SEA)
    assert stopping.inside_word(COUNTING) == ""


@given(TEXTS)
def test_a_piece_with_a_blank_at_its_edge_occurs_earlier_without_it(text: str) -> None:
    piece = stopping.edged_by_blank(text)
    assert not piece or text.find(piece.strip()) < text.find(piece)


def test_a_piece_with_a_blank_at_its_edge_is_found_among_numbers() -> None:
    piece = stopping.edged_by_blank(COUNTING)
    assert piece != piece.strip()
    assert stopping.before(COUNTING, [piece]) != stopping.before(COUNTING, [piece.strip()])


@given(TEXTS)
def test_a_piece_beyond_ascii_is(text: str) -> None:
    piece = stopping.beyond_ascii(text)
    assert not piece or (piece in text and not piece.isascii())


def test_a_piece_beyond_ascii_is_found_where_there_is_one() -> None:
    assert stopping.beyond_ascii(FOREIGN)
    assert stopping.beyond_ascii(COUNTING) == ""


@given(TEXTS)
def test_a_word_in_the_other_case_is_not_in_the_text(text: str) -> None:
    word = stopping.other_case(text)
    assert not word or (word not in text and word.lower() in text.lower())


@given(TEXTS)
def test_patterns_match_and_do_not_stand_there(text: str) -> None:
    assert all(each not in text for each in stopping.patterns(text))


def test_patterns_are_at_most_four() -> None:
    assert 1 <= len(stopping.patterns(SEA)) <= 4


@given(TEXTS)
def test_what_is_held_back_begins_with_the_end_of_the_text(text: str) -> None:
    stop = stopping.held_back(text)
    assert stop not in text or not text
    assert not text or text.endswith(stop[: min(4, len(text))])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("x", ("x",)),
        (["x", "y"], ("x", "y")),
        (["x", 1, None], ("x",)),
        (None, ()),
        ({"x": 1}, ()),
        (7, ()),
    ],
)
def test_stop_texts_are_read_from_either_form(asked: object, expected: tuple[str, ...]) -> None:
    assert stopping.texts(asked) == expected


def test_the_first_stop_text_that_comes_up_decides() -> None:
    assert stopping.before(COUNTING, ["12", "7"]) == COUNTING[: COUNTING.find("7")]
    assert stopping.first_in(COUNTING, ["12", "7"]) == "7"
    assert stopping.before(COUNTING, ["zebra", ""]) == COUNTING
    assert stopping.first_in(COUNTING, ["zebra", ""]) == ""
