"""Stopping: stop texts cut from a target's own answer. Pure; knows nothing of requests."""

from __future__ import annotations


def middle_of(text: str, length: int = 3) -> str:
    """Return a piece from the middle of a text whose first occurrence is there; empty if none.

    It begins inside a word where it can, and never lies in the first third, so that an answer cut
    before it still has text.
    """
    third = len(text) // 3
    for start in sorted(range(third, len(text) - length), key=lambda at: abs(at - len(text) // 2)):
        piece = text[start : start + length]
        if text.find(piece) == start and piece.strip() == piece and piece.isprintable():
            return piece
    return ""
