"""Showing: hostile text made harmless for any reader. Knows nothing of HTML, XML or Markdown.

A gateway under test may answer with anything. What would be invisible, would turn the direction
of the line, or is forbidden in XML is spelled out; what is long is cut, and the cut is told.
"""

from __future__ import annotations

import re

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
_PICTURES[0x7F] = "\u2421"

_HIDDEN = re.compile(
    "[\x80-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe"
    "\uffff\U000e0000-\U000e0fff]"
)
"""Format characters, marks of direction, surrogates and non-characters: nothing a reader sees."""


def visible(text: object, limit: int | None = None) -> str:
    """Return a text with every character that hides or misleads spelled out.

    Tabs and line feeds stay; a longer text than `limit` characters is cut, and says so.
    """
    whole = str(text)
    cut = whole if limit is None else whole[:limit]
    shown = _HIDDEN.sub(_spelled, cut.replace("\r\n", "\u240d\n").translate(_PICTURES))
    left = len(whole) - len(cut)
    return f"{shown} … ({left} characters more)" if left else shown


def one_line(text: object, limit: int | None = None) -> str:
    """Return a text as `visible` does, on one line."""
    return " ".join(visible(text, limit).split())


def _spelled(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"
