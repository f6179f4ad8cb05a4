"""Choosing: `--only stream,MUST,usage.adds-up` as a set of requirement ids."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from conformance.errors import UsageError
from openapi import CHAPTERS, Level, Requirement


def chosen(only: str | None, requirements: Iterable[Requirement]) -> frozenset[str] | None:
    """Return the ids that a selection names, or None for all.

    Ids and chapters add up; levels narrow. A requirement has a level if any scope grades it so.
    Raises UsageError for a word that names nothing.
    """
    if not only:
        return None
    rows = [each for each in requirements if each.excluded is None]
    ids = {each.id for each in rows}
    words = [word.strip() for word in only.split(",") if word.strip()]
    levels = {Level(word) for word in words if word in tuple(Level)}
    named: set[str] = set()
    for word in words:
        if word in tuple(Level):
            continue
        if word in CHAPTERS:
            named |= {each.id for each in rows if each.chapter == word}
        elif word in ids:
            named.add(word)
        else:
            near = difflib.get_close_matches(word, [*ids, *CHAPTERS, *Level], 1)
            hint = f"did you mean {near[0]!r}?" if near else "see `gonogo list`"
            raise UsageError(f"--only: nothing is called {word!r}", hint=hint)
    pool = named or ids
    if levels:
        pool = {each.id for each in rows if each.id in pool and levels & set(each.levels.values())}
    return frozenset(pool)
