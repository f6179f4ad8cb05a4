"""Telling: a script in words, a line a step, so that what was written can be compared with it."""

from __future__ import annotations

from collections.abc import Iterator

from mock_server.pace import SECOND
from mock_server.problem import quoted
from mock_server.scripts.script import Answer, How, Place, Script, Step

SHOWN = 12
"""Replies of a step that are told."""


def plan(script: Script) -> Iterator[str]:
    """Yield a line for each step, and one for what no step answers."""
    for number, step in enumerate(script.steps, 1):
        wanted = [
            f"{each.name.removeprefix('match.')} is {each.expected}"
            for each in step.conditions
            if each.name != "match.operation"
        ]
        yield f"{number}. {step.name}: {' and '.join(wanted) or 'any request'}"
        yield f"   {_replies(step)}"
    yield f"-  otherwise: {'404, refused' if script.refuses else 'the engine answers'}"


def _replies(step: Step) -> str:
    told = [_reply(answer) + _times(answer, step) for answer in step.answers[:SHOWN]]
    told += [f"{len(step.answers) - SHOWN} more"] if len(step.answers) > SHOWN else []
    end = "" if step.plays is None else "used up"
    end = "from the beginning again" if step.repeat else end
    return ", then ".join([*told, *([end] if end else [])])


def _times(answer: Answer, step: Step) -> str:
    if answer.times is None:
        return "" if len(step.answers) == 1 else " for ever"
    return "" if answer.times == 1 else f" ({answer.times} times)"


def _reply(answer: Answer) -> str:
    edits = answer.edits
    told = []
    if answer.refusal is not None:
        after = answer.refusal.retry_after
        told.append(f"{answer.refusal.status}" + (f" (Retry-After {after})" if after else ""))
    elif answer.whole is not None:
        told.append(f"{answer.whole.status} with a body of {len(answer.whole.body)} bytes")
    else:
        told.append(f"the text {quoted(answer.texts[0], 40)}" if answer.texts else "the engine")
    told += [*answer.faults, *answer.variants]
    told += [
        f"a stall of {stall.nanoseconds / SECOND:g} s {_at(stall.at)}" for stall in edits.stalls
    ]
    for name, named in (
        ("duplicate", edits.duplicates),
        ("drop", edits.drops),
        ("halve", edits.halves),
    ):
        told += [f"{name} event {each}" for each in sorted(map(str, named))]
    if edits.insert is not None:
        told.append(f"{len(edits.insert.data)} bytes inserted after event {edits.insert.event}")
    if edits.breaks is not None:
        told.append(f"an error after event {edits.breaks.event}")
    if edits.cut is not None:
        told.append(f"{_ENDS[edits.cut.how]} {_at(edits.cut.at)}")
    return " with ".join([told[0], ", ".join(told[1:])] if told[1:] else told)


_ENDS = {How.CLOSE: "the connection closed", How.RESET: "a reset", How.END: "an early end"}


def _at(place: Place) -> str:
    if place.event is None:
        return "at the start" if place.byte is None else f"after byte {place.byte} of the body"
    if place.byte is None:
        return f"after event {place.event}"
    return f"after byte {place.byte} of event {place.event}"
