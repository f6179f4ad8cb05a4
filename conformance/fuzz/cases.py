"""Cases: the n-th chat request of a seed. Each depends on its seed and number alone, so that a run
can go on anywhere, and several can share the numbers among them. Knows nothing of answers.

The dice are a `random.Random`; Hypothesis can hand in its own (`strategies.randoms`), and shrinks.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.exchange import Request, Wire
from conformance.fuzz import bodies, envelope, mutations, texts, texture, twins
from conformance.fuzz.bodies import Body, Subject
from conformance.json_view import integer
from conformance.scene import Scene, ceiling
from openapi import Contract


@dataclass(frozen=True, slots=True)
class Case:
    """One request, and whether silence is an answer to it."""

    request: Request
    may_fail: bool = False
    """Its framing lies, so that a reset or a time-out is in order and is not tried again."""


def subject_of(scene: Scene, law: Contract) -> Subject:
    """Return what the cases are about, from the setting and the contract's bounds."""
    bounds = {}
    for name, schema in law.schema("ChatRequest")["properties"].items():
        low, high = schema.get("minimum"), schema.get("maximum")
        if low is not None and high is not None:
            bounds[name] = (low, high)
    setting = scene.setting
    return Subject(setting.model, setting.context_window, setting.greedy, bounds)


def case(number: int, scene: Scene, subject: Subject) -> Case:
    """Return the case of that number."""
    dice = random.Random(f"{scene.setting.seed}/fuzz/{number}")
    label = f"case-{number:06d}"
    if twins.has_twin(number):
        return Case(request_of(label, twins.plain_of(bodies.body(dice, subject)), scene))
    return rolled(dice, label, scene, subject)


def cases(numbers: Iterable[int], scene: Scene, subject: Subject) -> Iterator[Case]:
    """Yield the cases of these numbers, each followed by its twin if it has one."""
    for number in numbers:
        made = case(number, scene, subject)
        yield made
        if twins.has_twin(number):
            yield Case(twins.twin_of(made.request))


def rolled(dice: random.Random, label: str, scene: Scene, subject: Subject) -> Case:
    """Return the case that these dice show."""
    body = bodies.body(dice, subject)
    match dice.randrange(100):
        case roll if roll < 30:
            made = request_of(label, body, scene)
        case roll if roll < 34:
            made = request_of(label, _near_the_window(dice, body, subject), scene)
        case roll if roll < 72:
            made = request_of(label, mutations.mutated(dice, body, subject), scene)
        case roll if roll < 77:
            made = request_of(label, body, scene, texture.same(dice, body))
        case roll if roll < 88:
            made = request_of(label, body, scene, texture.broken(dice, body))
        case roll if roll < 94:
            made = envelope.dressed(dice, request_of(label, body, scene))
        case roll if roll < 97:
            made = envelope.read_cruelly(dice, request_of(label, body, scene))
        case _:
            made = envelope.framed(dice, request_of(label, body, scene))
    return Case(made, envelope.lies(made.sending))


def request_of(label: str, body: Body, scene: Scene, data: bytes | None = None) -> Request:
    """Return the request of a body; `data` are its bytes where they are not the usual ones."""
    made = scene.post(
        label,
        texture.plain(body) if data is None else data,
        wire=Wire.SOCKET if body.get("stream") is True else Wire.POOL,
        ceiling=_ceiling(body, scene),
    )
    return replace(made, headers=(("Content-Type", "application/json"),))


def _ceiling(body: Any, scene: Scene) -> int:
    return ceiling(body if isinstance(body, dict) else {}, scene.setting.context_window)


def _near_the_window(dice: random.Random, body: Body, subject: Subject) -> Body:
    """Lengthen the last turn until it fills the window by words, nearly or just not."""
    window = integer(subject.window) or 2048
    words = int(window * dice.choice((0.5, 0.9, 0.99, 1.0, 1.2)))
    body["messages"] = [{"role": "user", "content": texts.plain(dice) + " word" * words}]
    body["max_tokens"] = 1
    body.pop("max_completion_tokens", None)
    body.pop("n", None)
    return body
