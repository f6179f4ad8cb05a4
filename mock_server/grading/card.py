"""Card: what the rules said of a client, and what that comes to. Runs and renders nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mock_server.grading.observed import Observed
from mock_server.grading.rule import Level, NotSeen, Rule, rules


class Mark(StrEnum):
    """What a rule comes to."""

    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"
    NOT_SEEN = "NOT_SEEN"
    """What it is about did not happen."""


WORST = (Mark.FAIL, Mark.WARN, Mark.PASS, Mark.NOT_SEEN)


@dataclass(frozen=True, slots=True)
class Grade:
    """What one rule said of one scenario."""

    rule: Rule
    scenario: str
    mark: Mark
    expected: str = ""
    got: str = ""
    """Of a broken rule; of one that saw nothing, why."""


@dataclass(frozen=True, slots=True)
class Card:
    """All grades of a client."""

    grades: tuple[Grade, ...]

    @property
    def marks(self) -> dict[str, Mark]:
        """The worst mark of each rule, by its id."""
        found: dict[str, Mark] = {}
        for grade in self.grades:
            before = found.get(grade.rule.id, Mark.NOT_SEEN)
            found[grade.rule.id] = min(before, grade.mark, key=WORST.index)
        return found

    @property
    def failed(self) -> bool:
        """Some MUST is broken."""
        return any(grade.mark is Mark.FAIL for grade in self.grades)

    def of(self, rule: str) -> Grade:
        """Return the worst grade of a rule; raises KeyError where it was not judged."""
        found = [grade for grade in self.grades if grade.rule.id == rule]
        if not found:
            raise KeyError(rule)
        return min(found, key=lambda grade: WORST.index(grade.mark))


def graded(seen: Observed, scenario: str, asked: Iterable[str] = ()) -> list[Grade]:
    """Judge what was seen: by the rules asked for, and by those that are always judged.

    Raises KeyError for a rule nobody wrote.
    """
    known = rules()
    chosen = {identity: known[identity] for identity in asked}
    chosen |= {identity: one for identity, one in known.items() if one.always}
    return [_grade(one, seen, scenario) for one in chosen.values()]


def _grade(rule: Rule, seen: Observed, scenario: str) -> Grade:
    try:
        wrong = rule.judge(seen)
    except NotSeen as reason:
        return Grade(rule, scenario, Mark.NOT_SEEN, got=str(reason))
    if wrong is None:
        return Grade(rule, scenario, Mark.PASS)
    mark = Mark.FAIL if rule.level is Level.MUST else Mark.WARN
    return Grade(rule, scenario, mark, wrong.expected, wrong.got)
