"""Twins: one request in both modes, and what must be equal in the answers. Sends nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.exchange import Request, Wire
from conformance.fuzz import texture
from conformance.fuzz.bodies import Body
from conformance.fuzz.weighing import Weighed
from conformance.kinds import completed_stream
from conformance.reading import Reading
from conformance.verdict import Finding

EVERY = 20
"""Each case of a number that is one below a multiple of this has a twin."""
BETWEEN = "between the modes"


def has_twin(number: int) -> bool:
    """Tell whether the case of a number is sent in both modes."""
    return number % EVERY == EVERY - 1


def plain_of(body: Body) -> Body:
    """Return a body as a greedy request in one piece."""
    left_out = ("stream", "stream_options", "logit_bias")
    return {**{k: v for k, v in body.items() if k not in left_out}, "temperature": 0}


def twin_of(request: Request) -> Request:
    """Return the same request with `stream: true`, asking for usage."""
    body = json.loads(request.body or b"{}")
    body |= {"stream": True, "stream_options": {"include_usage": True}}
    label = request.label.replace("case-", "twin-")
    return replace(request, label=label, body=texture.plain(body), wire=Wire.SOCKET)


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer in one piece said, as far as its twin must say the same."""

    status: int
    texts: tuple[str, ...]
    finishes: tuple[str, ...]
    prompt: int | None
    completion: int | None


def told(reading: Reading) -> Told | None:
    """Return what a reading says; None where noise answers, or the answer is no whole one."""
    status = reading.status
    if status is None or status in (401, 402, 403, 408, 429) or status >= 500:
        return None
    usage, indexes = reading.usage, reading.choice_indexes
    return Told(
        status,
        tuple(reading.text_of(index) for index in indexes),
        tuple(str(reading.finish_of(index)) for index in indexes),
        usage.prompt if usage else None,
        usage.completion if usage else None,
    )


def compare(plain: Told, reading: Reading) -> Iterator[Weighed]:
    """Yield a statement for each requirement on both modes."""
    streamed = told(reading)
    if streamed is None or (reading.ok and not completed_stream(reading)):
        return
    classes = plain.status // 100, streamed.status // 100
    if classes == (4, 4):
        yield _equal("errors.stream-same-status", plain.status, streamed.status, reading)
    if classes != (2, 2):
        return
    yield _equal("usage.stream-prompt-equal", plain.prompt, streamed.prompt, reading)
    if reading.setting.capabilities.get("deterministic") != "effective":
        return
    yield _equal("stream.text-equal", plain.texts, streamed.texts, reading)
    if plain.texts == streamed.texts:
        yield _equal("stream.finish-equal", plain.finishes, streamed.finishes, reading)
        counts = plain.completion, streamed.completion
        yield _equal("usage.stream-completion-equal", *counts, reading)


def _equal(requirement: str, plain: object, streamed: object, reading: Reading) -> Weighed:
    finding = None
    if plain != streamed and None not in (plain, streamed):
        finding = Finding(
            reading.at_status(),
            f"{plain!r}"[:200] + ", as in one piece",
            f"{streamed!r}"[:200],
            reading.id,
        )
    return Weighed(requirement, BETWEEN, finding)
