"""Problem: the error envelope as data, from the contract's table. Knows nothing of HTTP servers."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi import contract

LONGEST_WORD = 200
"""Characters of a word that is compared with others, which takes time that grows with both."""


@dataclass(slots=True, eq=False)
class Problem(Exception):
    """Why a request is refused, in the words of the contract; raised by admission, sent as JSON."""

    code: str | None
    """Slug a program can match; one row of the contract's table of errors."""
    message: str
    """One sentence or two: what is wrong, where, and how to put it right."""
    param: str | None = None
    """Path of the field, such as `messages[0].content`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    """HTTP status; taken from the table when 0."""
    type: str = ""
    """Class of error; taken from the table when empty."""

    def __post_init__(self) -> None:
        if not self.status:
            status, kind = taxonomy()[str(self.code)]
            self.status = status
            self.type = self.type or kind

    def document(self) -> dict[str, Any]:
        """Return the body as an object."""
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }


@functools.cache
def taxonomy() -> Mapping[str, tuple[int, str]]:
    """Return status and type of every code in the contract's table of errors."""
    return {
        code: (status, kind.type)
        for status, kind in contract().errors.items()
        for code in kind.codes
    }


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint ` Did you mean ...?` for a word close to a known one, else an empty string."""
    if len(word) > LONGEST_WORD:
        return ""
    found = difflib.get_close_matches(word, list(known), 1)
    return f" Did you mean {found[0]!r}?" if found else ""


def quoted(value: object, limit: int = 60) -> str:
    """Return a client's own value, safe to repeat in a message: quoted and cut short."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}..."


def printable(text: str) -> str:
    """Return a text without what commands a terminal or turns its writing: that is spelled out."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
