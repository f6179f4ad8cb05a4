"""Explaining: why a step answers a request, or does not: step, condition, expected versus got.

Knows no call: it is handed facts and steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.scripts.facts import Facts
from mock_server.scripts.matching import Mismatch
from mock_server.scripts.script import Script, Step

SHOWN = 200
"""Steps that are explained; a longer script is told up to the one that answers."""


def mismatches(step: Step, facts: Facts) -> list[Mismatch]:
    """Return every condition that does not hold."""
    return [each.mismatch(facts) for each in step.conditions if not each.holds(facts)]


def used_up(step: Step) -> Mismatch:
    """Tell of a step that has given all its replies."""
    return Mismatch("times", f"one of its {step.plays} plays", "all of them played")


def overtaken(winner: int, name: str) -> Mismatch:
    """Tell of a step that would match, had an earlier one not answered."""
    return Mismatch("order", "no earlier step that answers", f"step {winner} ({name}) answered")


def told(
    script: Script,
    facts: Facts,
    winner: int | None,
    exhausted: frozenset[int],
    shown: Callable[[str], str],
) -> list[dict[str, Any]]:
    """Return what is said of each step of a script: its number, name, and what spoke against it.

    `winner` is the index of the step that answers, `exhausted` those of steps that matched and
    were used up; `shown` takes secrets out of a text.
    """
    lines = []
    every = script.steps
    last = max(SHOWN, (winner or 0) + 1)
    for index, step in enumerate(every[:last]):
        against = mismatches(step, facts)
        if index in exhausted:
            against.append(used_up(step))
        if winner is not None and index > winner:
            against.append(overtaken(winner + 1, every[winner].name))
        lines.append(
            {
                "script": script.name,
                "step": index + 1,
                "name": step.name,
                "answers": index == winner,
                "against": [
                    {"condition": one.condition, "expected": one.expected, "got": shown(one.got)}
                    for one in against
                ],
            }
        )
    return lines
