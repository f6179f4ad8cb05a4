"""Hostile text made harmless: what is spelled out, what stays, what is cut."""

from __future__ import annotations

import pytest

from conformance.showing import one_line, visible


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\x00b", "a␀b"),
        ("\x1b[31m", "␛[31m"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("half\ud83d", "half⟨U+D83D⟩"),
        ("\ufeffbom", "⟨U+FEFF⟩bom"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("line\r\nend", "line␍\nend"),
    ],
)
def test_what_hides_or_misleads_is_spelled_out(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


@pytest.mark.parametrize("plain", ["Grüße, Ωmega, 日本語, עברית", "tab\tand\nline", "🙂", ""])
def test_ordinary_text_of_any_script_stays(plain: str) -> None:
    assert visible(plain) == plain


def test_a_cut_is_told() -> None:
    assert visible("x" * 30, 10) == "xxxxxxxxxx … (20 characters more)"


def test_one_line_has_no_line_breaks() -> None:
    assert one_line("a\n b\t\tc\u2028d") == "a b c⟨U+2028⟩d"
