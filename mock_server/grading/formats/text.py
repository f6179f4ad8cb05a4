"""The card for people: the worst first, each rule once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mock_server.grading.card import WORST, Card, Grade, Mark

HEADINGS = {Mark.NOT_SEEN: "not seen"}


def render(card: Card, about: Mapping[str, str]) -> str:
    """Return the card as text."""
    return "\n".join([f"Report card of {about['client']} ({about['packs']})", "", *_lines(card)])


def _lines(card: Card) -> Iterator[str]:
    marks = card.marks
    worst = [card.of(identity) for identity in marks]
    for grade in sorted(worst, key=lambda one: (WORST.index(one.mark), one.rule.id)):
        yield from _grade(grade)
    counts = [f"{list(marks.values()).count(mark)} {HEADINGS.get(mark, mark)}" for mark in WORST]
    yield ""
    yield f"{', '.join(counts)}. What is inferred stands on exit code and output, not on requests."


def _grade(grade: Grade) -> Iterator[str]:
    rule = grade.rule
    label = HEADINGS.get(grade.mark, grade.mark)
    yield f"{label:<8}  {rule.id:<26} {rule.level}, {rule.basis.value:<8}  {grade.scenario}"
    if grade.mark is Mark.PASS:
        return
    if grade.mark is Mark.NOT_SEEN:
        yield f"          {grade.got}"
        return
    yield f"          {rule.sentence}"
    yield f"          expected  {grade.expected}"
    yield f"          got       {grade.got}"
