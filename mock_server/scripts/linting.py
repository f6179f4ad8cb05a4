"""Linting: what is wrong with a script that can be read. Knows no call and plays nothing.

Every remark says which step, what is wrong with it, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mock_server import sse
from mock_server.completion import Engine, Prompt, Turn
from mock_server.problem import nearest
from mock_server.prose.phrasebook import Tokenizer
from mock_server.scripts.implying import covers, meet
from mock_server.scripts.matching import ANY, CHAT
from mock_server.scripts.script import Answer, Edits, Place, Script, Step
from mock_server.scripts.spoken import Spoken
from mock_server.wire import Stamp, StreamAnswer
from openapi import Contract, ModelFacts, account

SPEAKING = frozenset({CHAT, "createCompletion"})
"""Operations whose answers are texts."""


class Weight(StrEnum):
    """What a finding means for the script."""

    ERROR = "error"
    """Some part of it can never do what it says."""
    NOTE = "note"
    """It does what it says, which may not be what was meant."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding."""

    weight: Weight
    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.weight}: {self.where}: {self.words}"


def remarks(
    script: Script, contract: Contract, engine: Engine, tokens: Tokenizer
) -> Iterator[Remark]:
    """Yield what is to be said of a script, in the order of its steps."""
    facts = contract.model
    # What is served beside the contract can be scripted too.
    served = (*contract.operations, *account().operations)
    operations = [operation.id for operation in served]
    for number, step in enumerate(script.steps):
        where = _called(number, step)
        yield from _reached(script.steps, number, where)
        yield from _met(script.steps, number, where)
        yield from _known(step, where, operations, facts)
        yield from _spoken(step, where)
        streams = ("stream", ("bool", True)) in [each.value for each in step.conditions]
        for index, answer in enumerate(step.answers):
            place = where if len(step.answers) == 1 else f"{where}, reply {index + 1}"
            yield from _placed(answer, place, streams, engine, tokens, facts)


def _called(number: int, step: Step) -> str:
    plain = f"step {number + 1}"
    return plain if step.name == plain else f"{plain} ({step.name})"


def _reached(steps: Sequence[Step], number: int, where: str) -> Iterator[Remark]:
    step = steps[number]
    for earlier in range(number):
        other = steps[earlier]
        if other.plays is not None or not covers(other, step):
            continue
        name = _called(earlier, other)
        alike = "matches the same requests" if covers(step, other) else "matches all its requests"
        yield Remark(
            Weight.ERROR,
            where,
            f"is never reached: {name} {alike} and never ends; move this step before it, or give "
            f"{name} `times`",
        )
        return


def _met(steps: Sequence[Step], number: int, where: str) -> Iterator[Remark]:
    for earlier in range(number):
        other = steps[earlier]
        both = meet(other, steps[number])
        if both is None or other.plays is not None or covers(other, steps[number]):
            continue
        yield Remark(
            Weight.NOTE,
            where,
            f"overlaps {_called(earlier, other)}: a request may hold {both[1].expected} and "
            f"{both[0].expected}, and then the earlier step answers",
        )


def _spoken(step: Step, where: str) -> Iterator[Remark]:
    """Tell of a text for an operation that says none."""
    names = {str(each.value[1]) for each in step.conditions if each.name == "match.operation"}
    if names - SPEAKING and any(answer.texts for answer in step.answers):
        yield Remark(
            Weight.ERROR,
            where,
            f"{', '.join(sorted(names))} says no text; give its answer as `body`",
        )


def _known(
    step: Step, where: str, operations: list[str], facts: ModelFacts | None
) -> Iterator[Remark]:
    for condition in step.conditions:
        match condition.value:
            case ("operation", str(name)) if name not in operations:
                yield Remark(
                    Weight.ERROR,
                    where,
                    f"match.operation: the contract has no operation {name!r}."
                    f"{nearest(name, [*operations, ANY])}",
                )
            case ("model", str(name)) if facts is not None and facts.split(name)[0] != facts.id:
                yield Remark(
                    Weight.ERROR,
                    where,
                    f"match.model: {name!r} is not served, so such a request is refused (404) "
                    f"before any step is asked; the model is {facts.id!r}",
                )


def _placed(
    answer: Answer,
    where: str,
    streams: bool,
    engine: Engine,
    tokens: Tokenizer,
    facts: ModelFacts | None,
) -> Iterator[Remark]:
    only = _of_streams(answer.edits)
    if only and not streams:
        yield Remark(
            Weight.NOTE,
            where,
            f"`{'`, `'.join(only)}` acts on streams only; an answer in one piece goes out whole. "
            "Say match.stream = true if that is not meant",
        )
    places = _places(answer.edits)
    if answer.refusal is not None or answer.whole is not None:
        for name, at in places:
            if at.event is not None:
                yield Remark(
                    Weight.ERROR, where, f"{name}: a refusal or a body of its own has no events"
                )
        return
    if not answer.texts or facts is None:
        return
    sizes = _sizes(answer, engine, tokens, facts)
    for name, at in places:
        yield from _impossible(name, at, sizes, where)


def _of_streams(edits: Edits) -> list[str]:
    """Return the edits that an answer in one piece has no place for."""
    given = {
        "error": edits.breaks,
        "insert": edits.insert,
        "duplicate": edits.duplicates,
        "drop": edits.drops,
    }
    return [name for name, edit in given.items() if edit]


def _places(edits: Edits) -> list[tuple[str, Place]]:
    """Return where each edit acts that says so by number."""
    found = [("stall", stall.at) for stall in edits.stalls]
    found += [("cut", edits.cut.at)] if edits.cut is not None else []
    found += [("error", Place(edits.breaks.event))] if edits.breaks is not None else []
    found += [("insert", Place(edits.insert.event))] if edits.insert is not None else []
    named = {"duplicate": edits.duplicates, "drop": edits.drops, "halve": edits.halves}
    for name, events in named.items():
        found += [(name, Place(each)) for each in events if isinstance(each, int)]
    return found


def _impossible(name: str, at: Place, sizes: list[int], where: str) -> Iterator[Remark]:
    if at.event is not None and at.event > len(sizes):
        yield Remark(
            Weight.ERROR,
            where,
            f"{name}: there is no event {at.event}; the stream of this text has {len(sizes)} "
            "(one more where usage is asked for), and fewer under a ceiling",
        )
    elif at.event and at.byte is not None and at.byte > sizes[at.event - 1]:
        yield Remark(
            Weight.ERROR,
            where,
            f"{name}: event {at.event} of this text has {sizes[at.event - 1]} bytes; there is no "
            f"byte {at.byte}",
        )


def _sizes(answer: Answer, engine: Engine, tokens: Tokenizer, facts: ModelFacts) -> list[int]:
    """Return how many bytes each event of a text's stream has."""
    spoken = Spoken(answer.texts, answer.finish, tokens, engine, "0" * 8)
    turn = (Turn("user", "hi"),)
    prompt = Prompt(facts.id, facts.id, None, turn, 1, facts.context_window - 1)
    made = StreamAnswer(prompt, Stamp("chatcmpl-" + "0" * 24, 10**9, "script-" + "0" * 8))
    chunks = made.open()
    for piece in spoken.pieces(prompt):
        chunks += made.feed(piece)
    chunks += made.close()
    return [len(sse.event(chunk)) for chunk in chunks] + [len(sse.DONE)]
