"""The card for CI: a test case for each grade. A WARN is told in words, since JUnit has none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from mock_server.grading.card import Card, Grade, Mark

NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(card: Card, about: Mapping[str, str]) -> str:
    """Return the card as JUnit's XML."""
    fails = sum(grade.mark is Mark.FAIL for grade in card.grades)
    unseen = sum(grade.mark is Mark.NOT_SEEN for grade in card.grades)
    suite = ElementTree.Element(
        "testsuite",
        name=_legal(f"report card of {about['client']}"),
        tests=str(len(card.grades)),
        failures=str(fails),
        errors="0",
        skipped=str(unseen),
    )
    for grade in card.grades:
        _case(suite, grade)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def _case(suite: ElementTree.Element, grade: Grade) -> None:
    scenario = grade.scenario.replace("/", ".")
    case = ElementTree.SubElement(suite, "testcase", classname=scenario, name=grade.rule.id)
    told = _legal(
        f"{grade.rule.sentence}\nexpected: {grade.expected}\ngot: {grade.got}\n"
        f"({grade.rule.level}, {grade.rule.basis})"
    )
    match grade.mark:
        case Mark.FAIL:
            failure = ElementTree.SubElement(case, "failure", message=_legal(grade.got))
            failure.text = told
        case Mark.NOT_SEEN:
            ElementTree.SubElement(case, "skipped", message=_legal(grade.got))
        case Mark.WARN:
            ElementTree.SubElement(case, "system-out").text = f"WARN\n{told}"
        case Mark.PASS:
            pass


def _legal(text: str) -> str:
    return NOT_XML.sub("?", text)
