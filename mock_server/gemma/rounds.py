"""Rounds: every running sequence moves on in turn, and between them prompts are read in slices.

Knows neither processes nor the runtime: sequences are made by a function, time is read from one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mock_server.gemma.job import End, Gone, Job, Token

SLICE_SECONDS = 0.05
"""As long may prompts be read in a round, while the others wait for their next token."""
STEP_SECONDS = 0.001
"""A sequence moves for as long before the next one does, and by a token at least: a small model
would lose a third of its speed if the caches of many sequences drove each other out at every token.
"""
SMALLEST_SLICE = 16
"""Kernels for a few rows round in another way, and a greedy text must not depend on the slices."""
LARGEST_SLICE = 1024
FIRST_SLICE = SMALLEST_SLICE


class Sequence(Protocol):
    """One generation in the runtime."""

    def read(self, ids: list[int]) -> None:
        """Take in a slice of the prompt."""

    def step(self) -> tuple[int, float | None, tuple[tuple[int, float], ...]]:
        """Generate: the token, its logprob and the likeliest ones where they were asked for."""


@dataclass(slots=True)
class _Running:
    job: Job
    sequence: Sequence
    read: int = 0
    made: int = 0

    @property
    def reads(self) -> bool:
        """True until the whole prompt was taken in."""
        return self.read < len(self.job.prompt)


class Rounds:
    """The running jobs of a worker; they join and leave between any two tokens."""

    def __init__(self, start: Callable[[Job], Sequence], now: Callable[[], float]) -> None:
        """`start` opens a sequence, raising ValueError with a sentence; `now` gives seconds."""
        self._start = start
        self._now = now
        self._running: dict[int, _Running] = {}
        self._slice = FIRST_SLICE
        self._early: list[Token | Gone] = []

    @property
    def busy(self) -> bool:
        """True while a turn has something to do or to tell."""
        return bool(self._running or self._early)

    def add(self, job: Job) -> None:
        """Let a job join."""
        try:
            self._running[job.id] = _Running(job, self._start(job))
        except ValueError as error:
            self._early.append(Gone(job.id, str(error)))

    def cancel(self, job: int) -> None:
        """Let a job go; one that has ended already is no news."""
        if self._running.pop(job, None) is not None:
            self._early.append(Gone(job))

    def turn(self) -> list[Token | Gone]:
        """Move everyone on; returns what happened, also since the last turn."""
        events, self._early = self._early, []
        began = self._now()
        for one in [one for one in self._running.values() if one.reads]:
            self._moved(one, self._read, events)
            if one.reads:
                # Whoever has not read all goes behind the others who read.
                self._running[one.job.id] = self._running.pop(one.job.id)
            if self._now() - began >= SLICE_SECONDS:
                break
        for one in [one for one in self._running.values() if not one.reads]:
            began = self._now()
            while self._moved(one, self._step, events):
                if self._now() - began >= STEP_SECONDS:
                    break
        return events

    def _moved(
        self,
        one: _Running,
        move: Callable[[_Running], Token | None],
        events: list[Token | Gone],
    ) -> bool:
        """Whether it runs on."""
        event: Token | Gone | None
        try:
            event = move(one)
        except ValueError as error:
            event = Gone(one.job.id, str(error))
        if event is None:
            return True
        events.append(event)
        if isinstance(event, Token) and event.end is End.NO:
            return True
        del self._running[one.job.id]
        return False

    def _read(self, one: _Running) -> Token | None:
        job, began = one.job, self._now()
        end = one.read + self._slice
        if len(job.prompt) - end < SMALLEST_SLICE:
            end = len(job.prompt)
        part = job.prompt[one.read : end]
        one.sequence.read(part)
        one.read += len(part)
        self._fit(len(part), self._now() - began)
        return None

    def _step(self, one: _Running) -> Token:
        job = one.job
        token, logprob, top = one.sequence.step()
        one.made += 1
        end = End.NO
        if token in job.ends:
            end = End.STOP
        elif one.made >= job.cap:
            end = End.LENGTH
        return Token(job.id, token, end, logprob, top)

    def _fit(self, size: int, seconds: float) -> None:
        """Choose slices that the others do not have to wait for."""
        if size < self._slice:
            return
        wanted = int(size * SLICE_SECONDS / max(seconds, 1e-6))
        self._slice = min(max(wanted, SMALLEST_SLICE), 2 * self._slice, LARGEST_SLICE)
