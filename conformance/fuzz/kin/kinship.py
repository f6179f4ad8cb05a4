"""Kinship: a request made from another, and how their answers must hang together. Sends nothing.

What varies by itself is not held against anyone: where two answers do not hang together, both are
asked for once more, and only what shows again counts (see `Family`).
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.exchange import Request, Wire
from conformance.fuzz import texture
from conformance.fuzz.bodies import Body
from conformance.fuzz.weighing import Weighed
from conformance.kinds import completed_stream, read_to_the_end
from conformance.reading import Reading
from conformance.scene import ceiling
from conformance.verdict import Finding

Made = Body | bytes | None
NOISE = frozenset({401, 402, 403, 408, 429})
"""Statuses that tell of key, money or rate, and nothing of the request."""
AGAIN = ".2"
"""Ends the label of a request that is made once more."""


@dataclass(frozen=True, slots=True)
class Kin:
    """One way to make a request from another, and what must then hold."""

    name: str
    make: Callable[[Body, Reading, random.Random], Made]
    """From a body and its answer; None where that answer offers nothing. It may change the body."""
    compare: Callable[[Reading, Reading], Iterator[Weighed]]
    """The first answer and the other one, both of them answers or refusals."""
    flawed: bool = False
    """Whether the first request may be one that is to be refused."""
    choices: bool = False
    """Whether it may ask for several choices."""

    def request(self, first: Request, answer: Reading) -> Request | None:
        """Return the other request; None where there is none."""
        try:
            body = json.loads(first.body or b"")
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict):
            return None
        # By the body alone, so that a shrunk pair is made like the one it comes from.
        made = self.make(copy.deepcopy(body), answer, random.Random(first.body))
        if made is None:
            return None
        data = made if isinstance(made, bytes) else texture.plain(made)
        fields = made if isinstance(made, dict) else body
        return replace(
            first,
            label=f"{first.label}+{self.name}",
            body=data,
            wire=Wire.SOCKET if fields.get("stream") is True else Wire.POOL,
            ceiling=ceiling(fields, answer.setting.context_window),
        )


@dataclass(frozen=True, slots=True)
class Family:
    """The exchanges of one case: one, or a pair of kin, or such a pair and the same pair again."""

    kin: Kin | None
    readings: Sequence[Reading]

    @property
    def doubtful(self) -> bool:
        """Whether a pair does not hang together, and was asked for only once."""
        return len(self.readings) == 2 and any(each.finding for each in self._told(0))

    def weighed(self) -> Iterator[Weighed]:
        """Yield what the pair says of each requirement; a finding only if it showed twice."""
        if self.kin is None or len(self.readings) < 2:
            return
        again = {(each.requirement, each.kind) for each in self._told(2) if each.finding}
        for each in self._told(0):
            known = (each.requirement, each.kind) in again
            yield each if each.finding is None or known else replace(each, finding=None)

    def _told(self, start: int) -> list[Weighed]:
        pair = self.readings[start : start + 2]
        if self.kin is None or len(pair) < 2 or not all(map(_decided, pair)):
            return []
        return list(self.kin.compare(*pair))


def _decided(reading: Reading) -> bool:
    status = reading.status
    return status is not None and status not in NOISE and status < 500


def again(request: Request) -> Request:
    """Return the same request under the label of a second look."""
    return replace(request, label=f"{request.label}{AGAIN}")


def root_of(label: str) -> str:
    """Return the label of the first request of a family."""
    return label.removesuffix(AGAIN).partition("+")[0]


def kin_of(label: str) -> str:
    """Return the name of the kin in a label; empty for the first request of a family."""
    return label.removesuffix(AGAIN).partition("+")[2]


# What the families ask of answers


def both_ok(first: Reading, other: Reading) -> bool:
    """Whether both were answered, and whole."""
    return _whole(first) and _whole(other)


def _whole(reading: Reading) -> bool:
    if not reading.ok or not reading.choice_indexes:
        return False
    return completed_stream(reading) if reading.is_stream_request else read_to_the_end(reading)


def steady(reading: Reading) -> bool:
    """Whether the answer is a greedy one, of a target whose greedy answers do not vary."""
    greedy = reading.asked("temperature") == 0
    return greedy and reading.setting.capabilities.get("deterministic") == "effective"


def texts(reading: Reading) -> tuple[str, ...]:
    """Return the text of every choice; blanks at the edges are nobody's."""
    return tuple(reading.text_of(index).strip() for index in reading.choice_indexes)


def prompt_tokens(reading: Reading) -> int | None:
    """Return the prompt's count."""
    return reading.usage.prompt if reading.usage else None


def completion_tokens(reading: Reading) -> int | None:
    """Return the answer's count."""
    return reading.usage.completion if reading.usage else None


def last_text(body: Body) -> tuple[list[Any], str] | None:
    """Return the turns of a body and the last one's text; None where that is no plain text."""
    turns = body.get("messages")
    if isinstance(turns, list) and turns and isinstance(turns[-1], dict):
        content = turns[-1].get("content")
        if isinstance(content, str) and content.strip() and turns[-1].get("role") == "user":
            return turns, content
    return None


def equal(requirement: str, due: object, got: object, reading: Reading, why: str) -> Weighed:
    """State that two things are equal; what is unknown is no finding."""
    finding = None
    if due != got and None not in (due, got):
        finding = Finding(reading.at_status(), f"{due!r}"[:200] + f", {why}", f"{got!r}"[:200],
                          reading.id)  # fmt: skip
    return Weighed(requirement, f"+{kin_of(reading.exchange.request.label)}", finding)


def holds(requirement: str, true: bool, due: str, got: object, reading: Reading) -> Weighed:
    """State that something holds."""
    finding = None if true else Finding(reading.at_status(), due, f"{got!r}"[:200], reading.id)
    return Weighed(requirement, f"+{kin_of(reading.exchange.request.label)}", finding)
