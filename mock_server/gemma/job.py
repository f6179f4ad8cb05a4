"""What the server asks of its model worker, and what comes back: lines of JSON over two pipes.

Knows no model and no process; both sides of the pipes read and write with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any


class End(IntEnum):
    """Whether a token was the last of its job."""

    NO = 0
    STOP = 1
    LENGTH = 2


@dataclass(frozen=True, slots=True)
class Job:
    """One sequence to generate; everything in it was checked."""

    id: int
    prompt: list[int]
    cap: int
    """Most tokens to generate, the end token included; at least 1."""
    ends: list[int]
    temperature: float = 0.0
    """0 is greedy."""
    top_p: float = 1.0
    top_k: int = 0
    """0 is off."""
    seed: int = 0
    """31 bits."""
    adapter: str | None = None
    bias: Mapping[int, float] = field(default_factory=dict)
    presence: float = 0.0
    frequency: float = 0.0
    top: int | None = None
    """How many likely tokens to report at each position; None reports no logprobs at all."""


@dataclass(frozen=True, slots=True)
class Token:
    """A generated id, and what was asked to be told of it."""

    job: int
    id: int
    end: End = End.NO
    logprob: float | None = None
    top: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """A job that ended without its last token: cancelled, or broken for the reason given."""

    job: int
    reason: str | None = None


def encode_job(job: Job) -> bytes:
    """One line that starts a job."""
    return _line({"job": asdict(job)})


def encode_order(verb: str, *words: Any) -> bytes:
    """One line with another order: `cancel`, `load`, `unload`."""
    return _line({verb: words})


def decode_order(line: bytes) -> tuple[str, Any]:
    """A verb and its words; for `job` the Job."""
    ((verb, words),) = json.loads(line).items()
    if verb == "job":
        words["bias"] = {int(token): value for token, value in words["bias"].items()}
        return verb, Job(**words)
    return verb, words


def encode_events(events: list[Token | Gone]) -> bytes:
    """One line with what a round of steps gave; it may be empty, as a sign of life."""
    packed: list[list[Any]] = []
    for event in events:
        match event:
            case Token(job, token, end, None, _):
                packed.append([job, token, int(end)])
            case Token(job, token, end, logprob, top):
                packed.append([job, token, int(end), logprob, top])
            case Gone(job, reason):
                packed.append([job, reason])
    return _line({"events": packed})


def encode_report(verb: str, *words: Any) -> bytes:
    """One line about the worker itself: `ready`, `refused`, `loaded`, `unloaded`."""
    return _line({verb: words})


def decode_report(line: bytes) -> tuple[str, Any]:
    """A verb and its words; for `events` a list of Token and Gone."""
    ((verb, words),) = json.loads(line).items()
    return verb, [_event(one) for one in words] if verb == "events" else words


def _event(packed: list[Any]) -> Token | Gone:
    match packed:
        case [job, reason]:
            return Gone(job, reason)
        case [job, token, end]:
            return Token(job, token, End(end))
        case [job, token, end, logprob, top]:
            return Token(job, token, End(end), logprob, tuple((one, value) for one, value in top))
        case _:
            raise ValueError("an event has two, three or five parts")


def _line(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"
