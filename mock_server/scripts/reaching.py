"""Reaching: does a script reach below HTTP, which not every server has room for. Plays nothing."""

from __future__ import annotations

from mock_server.faults import fault
from mock_server.scripts.script import Answer, How, Script
from mock_server.variants import variant


def below(script: Script) -> str | None:
    """Return the first step that reaches below HTTP, in words, or None."""
    for number, step in enumerate(script.steps, 1):
        for answer in step.answers:
            if why := _below(answer):
                return f"step {number} ({step.name}) {why}"
    return None


def _below(answer: Answer) -> str | None:
    cut = answer.edits.cut
    if cut is not None and cut.how is not How.END:
        return f"cuts with {cut.how.value}"
    named = [*fault.named(answer.faults), *variant.named(answer.variants)]
    return next((f"tells {one.name}" for one in named if one.below), None)
