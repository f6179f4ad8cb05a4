"""Observed: what was seen of a client, as data: its requests, and how its command ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.pace import SECOND
from openapi import contract

WHOLE = "whole"
"""Name of a scenario's step whose answer lacks nothing."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request, and what it was answered with."""

    request: str | None
    """Digest of its body: equal for a request and its retries."""
    began: int
    """Nanoseconds since the epoch."""
    ended: int
    status: int
    wait: int | None
    """Nanoseconds after which the answer told it to come back; None where it told nothing."""
    stream: bool
    left: bool
    """The client closed the connection before the answer was complete."""
    step: str | None
    """Which step of a script answered."""
    tokens: int
    """Prompt and completion tokens of the answer."""
    facts: Mapping[str, Any]
    """What a trace tells; see `mock_server.trace`."""

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Attempt:
        """Read a traced line of the journal."""
        facts = line["trace"]
        return cls(
            request=facts["request"],
            began=line["at"],
            ended=line["at"] + line["nanoseconds"],
            status=line["status"],
            wait=_wait(facts["retry_after_ms"], facts["retry_after"]),
            stream=line["stream"],
            left=line["ending"] == "interrupted",
            step=line["step"],
            tokens=(line["prompt_tokens"] or 0) + (line["completion_tokens"] or 0),
            facts=facts,
        )

    @property
    def retryable(self) -> bool:
        """The same request may succeed later."""
        kind = contract().errors.get(self.status)
        return kind.retryable if kind is not None else self.status >= 500

    @property
    def refused(self) -> bool:
        """The same request can never succeed."""
        return 400 <= self.status < 500 and not self.retryable


@dataclass(frozen=True, slots=True)
class Ran:
    """How the command of a client ended."""

    exit: int | None
    """None where it had to be stopped."""
    output: str
    """What it printed."""
    complaint: str
    """What it wrote to standard error."""
    seconds: float
    interrupted: bool = False
    """It was told to stop in the middle of a stream."""
    closed: float | None = None
    """Seconds from there until its connection was closed; None where it was not."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was seen of a client in one scenario."""

    attempts: tuple[Attempt, ...]
    """Chat requests, in the order in which they came."""
    elsewhere: tuple[Attempt, ...] = ()
    """Requests to a host that it was sent to."""
    ran: Ran | None = None
    """None where no command was run: only requests are known."""
    says: str = ""
    """The text of a whole answer, where the scenario has one."""
    seconds: float = 0.0
    """How long the command was given."""
    tries: tuple[tuple[Attempt, ...], ...] = field(init=False)
    """Attempts of the same request together."""

    def __post_init__(self) -> None:
        """Bring attempts of the same request together."""
        found: list[list[Attempt]] = []
        latest: dict[str | None, list[Attempt]] = {}
        for attempt in self.attempts:
            # Some clients say that this is their first attempt; then it is no retry of another.
            if attempt.request not in latest or attempt.facts["retry"] == 0:
                latest[attempt.request] = []
                found.append(latest[attempt.request])
            latest[attempt.request].append(attempt)
        object.__setattr__(self, "tries", tuple(map(tuple, found)))

    @property
    def recovered(self) -> bool:
        """After a broken answer it got a whole one."""
        return any(attempt.step == WHOLE for attempt in self.attempts)


def attempts(lines: Iterable[Mapping[str, Any]]) -> tuple[Attempt, ...]:
    """Return the chat requests among lines of a journal; what was not traced is left out."""
    chosen = [
        line
        for line in lines
        if "trace" in line and line["method"] == "POST" and line["path"].endswith("/completions")
    ]
    return tuple(Attempt.of(line) for line in sorted(chosen, key=lambda line: int(line["at"])))


def _wait(milliseconds: str | None, seconds: str | None) -> int | None:
    if milliseconds is not None and milliseconds.isdecimal():
        return int(milliseconds) * SECOND // 1000
    if seconds is not None and seconds.isdecimal():
        return int(seconds) * SECOND
    return None
