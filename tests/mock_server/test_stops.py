"""Stop strings against the naive cut of the whole text."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_server.completion import FinishReason, Piece, TokenLogprob
from mock_server.stops import StopCut, StopScanner, cut_pieces

TEXTS = st.text(alphabet="abé🌿 ", max_size=40)
STOPS = st.lists(st.text(alphabet="abé🌿 ", min_size=1, max_size=5), max_size=4).map(tuple)


def naive(text: str, stops: tuple[str, ...]) -> str:
    starts = [text.find(stop) for stop in stops if stop in text]
    return text[: min(starts)] if starts else text


def split(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]


def pieces_of(parts: list[str]) -> list[Piece]:
    return [*(Piece(0, part) for part in parts), Piece(0, "", 1, (), FinishReason.STOP)]


@given(TEXTS, STOPS, st.lists(st.integers(0, 40), max_size=12))
@example("ab", ("abb", "b"), [1])
@example("aab", ("ab",), [1, 2])
@example("abab a", ("abaa", "b "), [])
def test_any_split_gives_the_naive_cut(text: str, stops: tuple[str, ...], at: list[int]) -> None:
    cut = list(cut_pieces(pieces_of(split(text, at)), stops))
    assert "".join(piece.text for piece in cut) == naive(text, stops)
    assert [piece.finish for piece in cut[:-1]] == [None] * (len(cut) - 1)
    assert cut[-1].finish is FinishReason.STOP


def words(longest: int) -> list[str]:
    return [
        "".join(word) for n in range(1, longest + 1) for word in itertools.product("ab", repeat=n)
    ]


@pytest.mark.parametrize("stop", words(4))
def test_every_short_text_ends_where_a_stop_string_begins(stop: str) -> None:
    for text in words(8):
        scanner = StopScanner([stop])
        for character in text:
            scanner.feed(character)
        assert scanner.end() == len(naive(text, (stop,))), text


def test_a_stop_string_that_repeats_itself_is_found_behind_its_own_beginning() -> None:
    scanner = StopScanner(["aabaaac"])
    scanner.feed("aabaaabaaac")
    assert scanner.end() == 4


@given(TEXTS, STOPS, st.lists(st.integers(0, 40), max_size=12))
def test_nothing_shown_is_ever_taken_back(text: str, stops: tuple[str, ...], at: list[int]) -> None:
    cutter, shown, whole = StopCut(stops), "", naive(text, stops)
    for piece in pieces_of(split(text, at)):
        shown += "".join(out.text for out in cutter.feed(piece))
        assert whole.startswith(shown)


@given(TEXTS, STOPS, st.lists(st.integers(0, 40), max_size=12))
def test_tokens_are_those_sampled_until_the_match_was_certain(
    text: str, stops: tuple[str, ...], at: list[int]
) -> None:
    cutter, fed, out = StopCut(stops), 0, []
    for piece in pieces_of(split(text, at)):
        if cutter.done:
            break
        fed += piece.tokens
        out += cutter.feed(piece)
    assert sum(piece.tokens for piece in out) == fed


def test_without_a_match_the_pieces_come_out_unchanged() -> None:
    pieces = pieces_of(["a", "ab", "", "b"])
    assert list(cut_pieces(pieces, ("abbb", "é"))) == pieces


def test_text_that_cannot_start_a_stop_string_is_shown_at_once() -> None:
    cutter = StopCut(("END",))
    assert cutter.feed(Piece(0, "word")) == [Piece(0, "word")]
    assert cutter.feed(Piece(0, " E")) == []
    assert cutter.feed(Piece(0, "N")) == []
    assert [piece.text for piece in cutter.feed(Piece(0, "d"))] == [" E", "N", "d"]


def test_a_match_on_the_last_allowed_token_is_a_stop_not_a_length() -> None:
    pieces = [Piece(0, "so "), Piece(0, "END", 1, (), FinishReason.LENGTH)]
    assert list(cut_pieces(pieces, ("END",))) == [
        Piece(0, "so "),
        Piece(0, "", 1, (), FinishReason.STOP),
    ]


def test_a_piece_cut_in_the_middle_keeps_what_comes_before_the_match() -> None:
    pieces = [Piece(0, "one"), Piece(0, " twoST", 2), Piece(0, "OP", 1), Piece(0, "more")]
    assert list(cut_pieces(pieces, ("STOP",))) == [
        Piece(0, "one"),
        Piece(0, " two", 3, (), FinishReason.STOP),
    ]


def test_pieces_held_back_before_a_match_come_out_unchanged() -> None:
    pieces = [Piece(0, "a"), Piece(0, "bc"), Piece(0, "d"), Piece(0, "Y")]
    assert list(cut_pieces(pieces, ("abcdX", "dY"))) == [
        *pieces[:2],
        Piece(0, "", 2, (), FinishReason.STOP),
    ]


def test_tokens_without_text_before_a_match_are_counted_with_its_end() -> None:
    pieces = [Piece(0, "ab"), Piece(0, ""), Piece(0, "cY")]
    assert list(cut_pieces(pieces, ("abcX", "cY"))) == [
        pieces[0],
        Piece(0, "", 2, (), FinishReason.STOP),
    ]


def test_a_cut_piece_keeps_its_logprobs_as_long_as_text_of_it_is_left() -> None:
    logprob = TokenLogprob("token", -0.5)
    (cut,) = cut_pieces([Piece(0, "one!", 1, (logprob,))], ("!",))
    assert (cut.text, cut.logprobs) == ("one", (logprob,))
    (nothing,) = cut_pieces([Piece(0, "!", 1, (logprob,))], ("!",))
    assert (nothing.text, nothing.logprobs) == ("", ())


def test_what_may_become_a_match_and_does_not_keeps_its_reason_to_finish() -> None:
    cutter = StopCut(("END",))
    last = Piece(0, "E", 1, (), FinishReason.LENGTH)
    assert cutter.feed(Piece(0, "so ")) == [Piece(0, "so ")]
    assert cutter.feed(last) == [last]
    assert cutter.done
    assert cutter.feed(Piece(0, "more")) == []


def test_without_stop_strings_everything_is_shown_at_once() -> None:
    assert StopCut(()).feed(Piece(0, "a")) == [Piece(0, "a")]
    scanner = StopScanner(())
    scanner.feed("ab")
    assert (scanner.safe, scanner.cut, scanner.end()) == (2, None, 2)


def test_a_repetitive_stop_string_over_a_repetitive_text_is_linear_work() -> None:
    text = "a" * 20_000
    cut = list(cut_pieces(pieces_of([text, text]), ("a" * 15_000 + "b",)))
    assert "".join(piece.text for piece in cut) == text + text
