"""Room for caches: who may run now, who waits in line, who is turned away; counted in bytes.

Knows sizes and names, no model and no clock.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence


class Full(Exception):
    """The line is as long as it may be."""


class Room:
    """First come, first served. What needs more than all the room runs alone."""

    def __init__(self, size: int, line: int) -> None:
        """Bytes that all running jobs may take together, and how many jobs may wait."""
        self._size, self._line = size, line
        self._used = 0
        self._inside: dict[int, int] = {}
        self._waiting: OrderedDict[int, int] = OrderedDict()
        self._open = False

    @property
    def inside(self) -> tuple[int, ...]:
        """Jobs that run."""
        return tuple(self._inside)

    @property
    def waiting(self) -> tuple[int, ...]:
        """Jobs in line."""
        return tuple(self._waiting)

    def ask(self, jobs: Sequence[tuple[int, int]]) -> list[int]:
        """Ask for jobs (name, bytes) at once; returns those that may start now.

        Raises Full when not all of the others find a place in the line; then none has one.
        """
        for job, size in jobs:
            self._waiting[job] = size
        started = self._call_in()
        if len(self._waiting) > self._line and not set(self._waiting).isdisjoint(
            job for job, _ in jobs
        ):
            for job, _ in jobs:
                self._drop(job)
            raise Full
        return started

    def leave(self, job: int) -> list[int]:
        """A job ended or gave up its place; returns those that may start now."""
        self._drop(job)
        return self._call_in()

    def open(self) -> list[int]:
        """There is a worker; returns those that may start now."""
        self._open = True
        return self._call_in()

    def close(self) -> None:
        """There is no worker: nobody starts."""
        self._open = False

    def _drop(self, job: int) -> None:
        self._waiting.pop(job, None)
        self._used -= self._inside.pop(job, 0)

    def _call_in(self) -> list[int]:
        started: list[int] = []
        while self._open and self._waiting:
            job, size = next(iter(self._waiting.items()))
            if self._inside and self._used + size > self._size:
                break
            del self._waiting[job]
            self._inside[job] = size
            self._used += size
            started.append(job)
        return started
