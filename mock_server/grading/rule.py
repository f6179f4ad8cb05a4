"""Rule: one sentence about clients, and the function that judges it. Knows no pack."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mock_server.grading.observed import Observed


class Level(StrEnum):
    """What breaking a rule means."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Basis(StrEnum):
    """How one knows."""

    SEEN = "seen"
    """In the requests themselves."""
    INFERRED = "inferred"
    """From the exit code and the output of the command."""


class Wrong(NamedTuple):
    """A rule is broken."""

    expected: str
    got: str


class NotSeen(Exception):
    """What a rule is about did not happen; why, in a clause."""


Judge = Callable[[Observed], Wrong | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a client owes."""

    id: str
    level: Level
    basis: Basis
    sentence: str
    always: bool
    """Judged of whatever was seen; other rules only where a scenario asks for them."""
    judge: Judge


_rules: dict[str, Rule] = {}


def rule(
    identity: str, level: Level, basis: Basis, *, always: bool = False
) -> Callable[[Judge], Judge]:
    """Register a judge; its docstring is the sentence."""

    def put(judge: Judge) -> Judge:
        sentence = (judge.__doc__ or "").strip()
        if not sentence or identity in _rules:
            raise TypeError(f"the rule {identity!r} needs a sentence and a name of its own")
        _rules[identity] = Rule(identity, level, basis, sentence, always, judge)
        return judge

    return put


def rules() -> Mapping[str, Rule]:
    """Return every rule by id, in the order of files and lines."""
    package = importlib.import_module("mock_server.grading.rules")
    for module in sorted(_modules(package.__path__), key=str):
        importlib.import_module(f"{package.__name__}.{module}")
    return _rules


def _modules(path: object) -> Iterator[str]:
    return (found.name for found in pkgutil.iter_modules(path))  # type: ignore[arg-type]
