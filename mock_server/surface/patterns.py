"""Patterns: a text that a regular expression matches. Knows no schema.

The expression is read by Python's own parser of them; where JavaScript's dialect differs, whoever
asked has to look whether the text is good.
"""

from __future__ import annotations

import importlib
import re
import string
from typing import Any

from mock_server.surface.draw import Draw

MOST_REPEATS = 8
"""Repetitions of what may be repeated without end, beyond the least."""
MOST_CHARACTERS = 10_000
_READABLE = string.ascii_lowercase + string.digits
_PRINTABLE = string.ascii_letters + string.digits + "-_ .,:;/+=!?'()"
_CATEGORIES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_NOT_DIGIT": string.ascii_lowercase,
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": _READABLE,
    "CATEGORY_WORD": _READABLE,
    "CATEGORY_NOT_WORD": "-.:/",
}


class UnreadableError(ValueError):
    """The expression is none, or asks for more than can be made here."""


def matching(pattern: str, draw: Draw) -> str:
    """Return a text that holds a match; raises UnreadableError."""
    try:
        parsed = importlib.import_module("re._parser").parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise UnreadableError(str(error)) from None
    maker = _Maker(draw)
    maker.sequence(parsed)
    return "".join(maker.text)


class _Maker:
    def __init__(self, draw: Draw) -> None:
        self.text: list[str] = []
        self._draw = draw
        self._groups: dict[int, str] = {}

    def sequence(self, parsed: Any) -> None:
        for code, value in parsed:
            if len(self.text) > MOST_CHARACTERS:
                raise UnreadableError("the text would be too long")
            self._part(code.name, value)

    def _part(self, code: str, value: Any) -> None:
        match code:
            case "LITERAL":
                self.text.append(chr(value))
            case "NOT_LITERAL":
                self._one([one for one in _PRINTABLE if one != chr(value)])
            case "ANY":
                self._one(_PRINTABLE)
            case "IN":
                self._one(_members(value))
            case "BRANCH":
                self.sequence(self._draw.among(value[1]))
            case "SUBPATTERN":
                start = len(self.text)
                self.sequence(value[-1])
                if value[0]:
                    self._groups[value[0]] = "".join(self.text[start:])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = value
                for _ in range(self._draw.between(least, min(most, least + MOST_REPEATS))):
                    self.sequence(inner)
            case "GROUPREF":
                self.text.append(self._groups.get(value, ""))
            case "AT" | "ASSERT" | "ASSERT_NOT":
                return
            case "ATOMIC_GROUP":
                self.sequence(value)
            case _:
                raise UnreadableError(f"{code.lower()} is not understood")

    def _one(self, options: Any) -> None:
        if not options:
            raise UnreadableError("a set of characters is empty")
        self.text.append(self._draw.among(options))


def _members(parts: Any) -> list[str]:
    """Return characters of a set, printable ones where there is a choice."""
    negated = parts[0][0].name == "NEGATE"
    found: list[str] = []
    for code, value in parts[negated:]:
        match code.name:
            case "LITERAL":
                found.append(chr(value))
            case "RANGE":
                low, high = value
                found += [chr(one) for one in range(low, min(high, low + 255) + 1)]
            case _:
                found += _CATEGORIES.get(value.name, "")
    if negated:
        return [one for one in _PRINTABLE if one not in found]
    plain = [one for one in found if one in _PRINTABLE]
    return plain or found
