"""Choosing among ranked alternatives."""

import math

from hypothesis import given
from hypothesis import strategies as st

from mock_server.prose.sampling import LADDER, PICKS, choose, log_total, order, ranks


@given(st.integers(0, 255), st.integers(0, 15))
def test_the_table_picks_what_the_order_says(preference: int, rank: int) -> None:
    assert PICKS[rank << 4 | preference & 15] == order(preference)[rank]


@given(st.integers(0, 255))
def test_a_byte_ranks_each_of_sixteen_phrases_once(preference: int) -> None:
    assert sorted(order(preference)) == list(range(16))


@given(st.integers(0, 255), st.floats(0, 2), st.floats(0, 1), st.integers(1, 50))
def test_no_choice_is_outside_top_k(noise: int, warmth: float, top_p: float, top_k: int) -> None:
    assert 0 <= choose(LADDER, noise, warmth, top_p, top_k) < min(top_k, 16)


@given(st.floats(0, 2), st.floats(0, 1), st.none() | st.integers(1, 50))
def test_more_noise_never_picks_a_better_rank(
    warmth: float, top_p: float, top_k: int | None
) -> None:
    table = ranks(warmth, top_p, top_k)
    assert list(table) == sorted(table)
    assert table[0] == 0


def test_warmth_spreads_the_choice() -> None:
    assert set(ranks(0.0, 1.0, None)) == {0}
    assert set(ranks(0.05, 1.0, None)) == {0}
    assert 0.3 < ranks(1.0, 1.0, None).count(0) / 256 < 0.5
    assert ranks(2.0, 1.0, None).count(0) < ranks(1.0, 1.0, None).count(0)


def test_the_logarithm_of_a_total_survives_large_scores() -> None:
    assert math.isclose(log_total([1000.0, 1000.0]), 1000.0 + math.log(2))
