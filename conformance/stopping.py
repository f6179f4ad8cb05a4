"""Stopping: stop texts cut from a target's own answer. Pure; knows nothing of requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

UNSEEN = "\u2691\u2692"
"""Signs that no answer holds."""
PATTERNS = (r"\d", "[0-9]", r"\w+", "[a-z]", ".+")
"""Texts that mean much as regular expressions and nothing as texts."""
_WORD = re.compile(r"[^\W\d_]{4,}")


def middle_of(text: str, length: int = 3) -> str:
    """Return a piece from the middle of a text whose first occurrence is there; empty if none.

    It begins inside a word where it can, and never lies in the first third, so that an answer cut
    before it still has text.
    """
    return piece_near(text, 0.5, length)


def piece_near(text: str, share: float, length: int = 3) -> str:
    """Return a piece that first occurs near a share of the text, in its last two thirds."""
    third, aim = len(text) // 3, share * len(text)
    for start in sorted(range(third, len(text) - length), key=lambda at: abs(at - aim)):
        piece = text[start : start + length]
        if text.find(piece) == start and piece.strip() == piece and piece.isprintable():
            return piece
    return ""


def beginning_of(text: str, length: int = 3) -> str:
    """Return the first word of a text, or of a longer one its first letters."""
    word = next(iter(text.split()), "")
    return word[:length] if word.isprintable() else ""


def inside_word(text: str) -> str:
    """Return three letters that first occur inside a word, after its first letter."""
    for word in _WORD.finditer(text, len(text) // 4):
        start = word.start() + 1
        piece = text[start : start + 3]
        # A fraction such as \u00bc counts as part of a word and is no letter.
        if word[0].isalpha() and text.find(piece) == start:
            return piece
    return ""


def edged_by_blank(text: str) -> str:
    """Return a piece with a blank at an edge that occurs earlier without it."""
    for start in range(1, len(text) - 3):
        for length in (2, 3):
            piece = text[start : start + length]
            bare = piece.strip()
            if bare in ("", piece) or not bare.isprintable():
                continue
            if text.find(piece) == start and text.find(bare) + len(bare) <= start:
                return piece
    return ""


def beyond_ascii(text: str) -> str:
    """Return two characters, the first beyond ASCII, that first occur after some text."""
    for start in range(1, len(text) - 1):
        piece = text[start : start + 2]
        if not piece[0].isascii() and piece.isprintable() and text.find(piece) == start:
            return piece
    return ""


def other_case(text: str) -> str:
    """Return the capitals of a word of a text that does not hold them."""
    for word in _WORD.finditer(text, len(text) // 4):
        swapped = word.group().swapcase()
        if swapped not in text and swapped.lower() == word.group().lower():
            return swapped
    return ""


def patterns(text: str) -> list[str]:
    """Return up to four regular expressions that match in a text and do not stand in it."""
    found = [each for each in PATTERNS if each not in text and re.search(each, text)]
    return found[:4]


def held_back(text: str) -> str:
    """Return a stop text whose beginning is the end of a text, and which it does not hold."""
    return text[-4:] + UNSEEN if text else ""


def texts(asked: object) -> tuple[str, ...]:
    """Return the stop texts that a request's `stop` names."""
    given = [asked] if isinstance(asked, str) else asked
    return tuple(one for one in given if isinstance(one, str)) if isinstance(given, list) else ()


def before(text: str, stops: Iterable[str]) -> str:
    """Return what is left of a text when the first stop text in it ends it."""
    found = [text.find(stop) for stop in stops if stop and stop in text]
    return text[: min(found)] if found else text


def first_in(text: str, stops: Sequence[str]) -> str:
    """Return the stop text that comes up first in a text; empty if none does."""
    found = [(text.find(stop), stop) for stop in stops if stop and stop in text]
    return min(found)[1] if found else ""
