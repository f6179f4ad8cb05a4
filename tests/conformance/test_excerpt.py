"""Strangers' text made safe to print."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import excerpt
from tests.conformance import answers


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢 😀", "plain é 漢 😀"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\u202eevil\u2066\u200f", "\\u202eevil\\u2066\\u200f"),
        ("\u200b\ufeff\u2028\u00a0", "\\u200b\\ufeff\\u2028\\xa0"),
        ("\ud800\U000e0041\U0010ffff", "\\ud800\\U000e0041\\U0010ffff"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text, shown) -> None:
    assert excerpt.visible(text) == shown


def test_a_long_text_is_cut_and_says_how_much_is_missing() -> None:
    assert excerpt.visible("x" * 30, 10) == "xxxxxxxxxx… (20 more)"


def test_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    assert excerpt.visible_bytes(b"a\xff\x00\xc3\xa9") == "a\\xff\\x00é"
    assert excerpt.visible_bytes(b"x" * 10_000, 5).endswith("(10000 bytes in all)")


def test_values_are_shown_as_json() -> None:
    assert excerpt.visible_value({"a": [1, None, "\u202e"]}) == '{"a": [1, null, "\\u202e"]}'
    assert excerpt.visible_value(object()) == "<object>"
    assert len(excerpt.visible_value([["x" * 10_000] * 10_000] * 100)) < 300


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=50), answers.VALUES, st.binary(max_size=50))
def test_whatever_comes_out_is_printable_and_bounded(text, value, data) -> None:
    for shown in (
        excerpt.visible(text, 20),
        excerpt.visible_value(value, 20),
        excerpt.visible_bytes(data, 20),
    ):
        assert shown.isprintable()
        assert len(shown) < 260
        shown.encode()
