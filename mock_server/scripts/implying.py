"""Implying: does every request that one step matches match another too. Knows no request."""

from __future__ import annotations

from typing import Any

from mock_server.scripts.matching import Condition
from mock_server.scripts.script import Step
from mock_server.validation import Pattern

ANYTHING = ("bool", True)
NOTHING = ("bool", False)


def covers(wider: Step, narrower: Step) -> bool:
    """Tell whether `wider` matches every request that `narrower` matches, as far as one can see."""
    return all(
        any(_implies(told.value, wanted.value) for told in narrower.conditions)
        for wanted in wider.conditions
    )


def meet(one: Step, other: Step) -> tuple[Condition, Condition] | None:
    """Return two conditions on parts of one text, where both steps can match the same request.

    None where some condition keeps them apart, or where they differ in more than such parts.
    """
    found = None
    for mine in one.conditions:
        for theirs in other.conditions:
            if mine.name != theirs.name or mine.value == theirs.value:
                continue
            parts = [_part(mine.value), _part(theirs.value)]
            if None in parts:
                return None
            found = found or (mine, theirs)
    names = {each.name for each in one.conditions} ^ {each.name for each in other.conditions}
    return None if names else found


def _part(value: Any) -> str | None:
    match value:
        case (_, (("contains" | "pattern", str(text)),)):
            return text
        case _:
            return None


def _implies(told: Any, wanted: Any) -> bool:
    """Tell whether whatever fulfils one condition fulfils the other, of the same thing."""
    if told == wanted:
        return True
    if told[0] != wanted[0]:
        return False
    if told[0] == "turns":
        return _within(told[1:], wanted[1:])
    match told[1], wanted[1]:
        case _, ("bool", True):
            return bool(told[1] != NOTHING)
        case str(text), (("contains", str(part)),):
            return part in text
        case str(text), (("pattern", str(source)),):
            return Pattern(source).found(text)
        case (("contains", str(longer)),), (("contains", str(part)),):
            return part in longer
        case _:
            return False


def _within(told: tuple[int, int | None], wanted: tuple[int, int | None]) -> bool:
    highest = told[1] is not None and (wanted[1] is None or told[1] <= wanted[1])
    return told[0] >= wanted[0] and (wanted[1] is None or highest)
