"""The card for programs."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.grading.card import Card
from mock_server.text import dumps

VERSION = 1


def render(card: Card, about: Mapping[str, str]) -> str:
    """Return the card as one JSON object."""
    document = {
        "schema_version": VERSION,
        **about,
        "failed": card.failed,
        "marks": card.marks,
        "grades": [
            {
                "rule": grade.rule.id,
                "level": grade.rule.level,
                "basis": grade.rule.basis,
                "sentence": grade.rule.sentence,
                "scenario": grade.scenario,
                "mark": grade.mark,
                "expected": grade.expected,
                "got": grade.got,
            }
            for grade in card.grades
        ],
    }
    return dumps(document).decode()
