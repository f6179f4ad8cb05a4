"""The foreman: keeps one model worker alive, hands it jobs as there is room, and passes on news.

Knows what orders and reports say; nothing of text and nothing of HTTP.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mock_server.gemma.child import PROGRAM, STOP_SECONDS, Child
from mock_server.gemma.job import (
    End,
    Gone,
    Job,
    Token,
    decode_report,
    encode_job,
    encode_order,
)
from mock_server.gemma.room import Room

START_SECONDS = 600.0
ORDER_SECONDS = 60.0
SILENCE_SECONDS = 300.0
"""A worker with something to do that says nothing for as long hangs; it is ended and replaced."""
LOOKS_A_SILENCE = 10
LONGEST_PAUSE = 30.0
PATIENCE = 3
Listener = Callable[[Token | Gone], None]
DIED = "the model worker died"


class WorkerError(ValueError):
    """The worker could not start, or refused an order: one sentence for the operator."""


@dataclass(slots=True)
class _Waiting:
    job: Job
    listener: Listener
    started: bool = False


@dataclass(slots=True)
class _Answer:
    """What the worker says to one order; waiting for it has a bound."""

    leaves: bool
    said: queue.SimpleQueue[tuple[str, Any]] = field(default_factory=queue.SimpleQueue)


class Foreman:
    """One worker at a time; when it dies, its jobs are gone and the next one is started."""

    def __init__(
        self,
        folder: Path,
        provider: str,
        room: Room,
        *,
        silence: float = SILENCE_SECONDS,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        """`silence` is how many seconds a worker may say nothing; `program` what is started."""
        self._words = [*program, str(folder), provider]
        self._room, self._silence = room, silence
        self._lock = threading.RLock()
        self._jobs: dict[int, _Waiting] = {}
        self._answers: dict[str, _Answer] = {}
        self._adapters: dict[str, tuple[str, str]] = {}
        self._leaving: set[str] = set()
        self._child: Child | None = None
        self._closed = threading.Event()
        self._up = threading.Event()
        self._failures = 0
        self._first: str | None = None
        self.version = ""
        """Of the runtime; empty until the worker is up."""
        self._keeper = threading.Thread(target=self._keep, name="gemma-foreman", daemon=True)

    def start(self) -> None:
        """Start the first worker and wait until it has the model; raises WorkerError."""
        self._keeper.start()
        threading.Thread(target=self._watch, name="gemma-watch", daemon=True).start()
        if not self._up.wait(START_SECONDS):
            self.close()
            raise WorkerError(f"the model was not loaded within {START_SECONDS:.0f} seconds")
        if self._first is not None:
            self.close()
            raise WorkerError(self._first)

    @property
    def process_id(self) -> int | None:
        """Of the worker that is up now."""
        return self._child.id if self._child else None

    def submit(self, jobs: Sequence[tuple[Job, int, Listener]]) -> None:
        """Take jobs, each with the bytes its cache needs and who hears of it.

        Raises `room.Full`, or WorkerError while workers keep dying. Listeners are called on
        another thread.
        """
        with self._lock:
            if self._closed.is_set() or self._failures >= PATIENCE:
                raise WorkerError(DIED)
            for job, _, listener in jobs:
                self._jobs[job.id] = _Waiting(job, listener)
            try:
                self._begin(self._room.ask([(job.id, size) for job, size, _ in jobs]))
            except Exception:
                for job, _, _ in jobs:
                    self._jobs.pop(job.id, None)
                raise

    def cancel(self, job: int) -> None:
        """Let a job go; its room is free again when the worker has dropped it."""
        with self._lock:
            waiting = self._jobs.get(job)
            if waiting is None:
                return
            if waiting.started:
                waiting.listener = _ignore
                self._send(encode_order("cancel", job))
            else:
                self._leave(job)

    def load(self, name: str, source: Path, made: Path) -> None:
        """Load an adapter, converted into the file `made`; raises WorkerError with the reason."""
        paths = (str(source), str(made))
        with self._lock:
            self._expect(name, leaves=False)
            self._send(encode_order("load", name, *paths))
        self._hear_out(name, f"adapter {name} was not loaded within {ORDER_SECONDS:.0f} seconds")
        with self._lock:
            self._adapters[name] = paths

    def unload(self, name: str) -> None:
        """Unload an adapter once its last job has ended; raises WorkerError.

        One that is still in use after a while goes with its last job all the same.
        """
        with self._lock:
            self._expect(name, leaves=True)
            self._leaving.add(name)
            self._let_go()
        self._hear_out(name, f"adapter {name} is still in use; it goes with its last request")

    def close(self) -> None:
        """End the worker; idempotent."""
        with self._lock:
            self._closed.set()
            child = self._child
        if child is not None:
            child.dismiss()
            child.wait()
        if self._keeper.is_alive() and self._keeper is not threading.current_thread():
            self._keeper.join(STOP_SECONDS)

    def _send(self, line: bytes) -> None:
        if self._child is not None:
            self._child.send(line)

    def _expect(self, name: str, *, leaves: bool) -> None:
        if name in self._answers:
            raise WorkerError(f"adapter {name} is being changed already")
        self._answers[name] = _Answer(leaves)

    def _hear_out(self, name: str, late: str) -> None:
        try:
            verb, words = self._answers[name].said.get(timeout=ORDER_SECONDS)
        except queue.Empty:
            raise WorkerError(late) from None
        finally:
            with self._lock:
                self._answers.pop(name, None)
        if verb == "refused":
            raise WorkerError(str(words[1]))

    def _leave(self, job: int) -> None:
        """A job is over: its room is free, and its adapter if nobody else speaks through it."""
        del self._jobs[job]
        self._begin(self._room.leave(job))
        self._let_go()

    def _let_go(self) -> None:
        if not self._leaving:
            return
        used = {one.job.adapter for one in self._jobs.values()}
        for name in self._leaving - used:
            self._leaving.discard(name)
            self._adapters.pop(name, None)
            self._send(encode_order("unload", name))

    def _begin(self, jobs: list[int]) -> None:
        if jobs and self._child and not any(one.started for one in self._jobs.values()):
            # Nothing was due from it until now.
            self._child.heard = time.monotonic()
        for job in jobs:
            waiting = self._jobs[job]
            waiting.started = True
            self._send(encode_job(waiting.job))

    def _keep(self) -> None:
        while True:
            with self._lock:
                if self._closed.is_set():
                    return
                child = self._child = Child(self._words)
            self._read(child)
            child.kill()
            self._bury()
            self._up.set()
            if self._first is not None:
                return
            if self._failures:
                self._closed.wait(min(0.1 * 2**self._failures, LONGEST_PAUSE))

    def _watch(self) -> None:
        """End a worker that hangs: reading on, the keeper sees it die."""
        while not self._closed.wait(self._silence / LOOKS_A_SILENCE):
            with self._lock:
                child = self._child
                busy = any(one.started for one in self._jobs.values())
            if busy and child and time.monotonic() - child.heard > self._silence:
                child.kill()

    def _read(self, child: Child) -> None:
        for line in child.lines():
            try:
                verb, words = decode_report(line)
            except ValueError:
                # Who is killed amid a report leaves half of it.
                return
            if verb == "events":
                self._pass_on(words)
            else:
                self._hear(verb, words)

    def _hear(self, verb: str, words: Any) -> None:
        with self._lock:
            match verb, words:
                case "ready", [version]:
                    self.version, self._failures = version, 0
                    for name, paths in self._adapters.items():
                        self._send(encode_order("load", name, *paths))
                    self._begin(self._room.open())
                    self._up.set()
                case "refused", [None, reason]:
                    if not self.version:
                        self._first = reason
                case _, [str(name), *_]:
                    if name in self._answers:
                        self._answers[name].said.put((verb, words))

    def _pass_on(self, events: list[Token | Gone]) -> None:
        for event in events:
            with self._lock:
                waiting = self._jobs.get(event.job)
                if waiting is None:
                    continue
                if isinstance(event, Gone) or event.end is not End.NO:
                    self._leave(event.job)
            waiting.listener(event)

    def _bury(self) -> None:
        """A worker is dead: tell whoever it worked for; those in line wait for the next."""
        with self._lock:
            self._failures += 1
            if not self.version and self._first is None and not self._closed.is_set():
                self._first = f"{DIED} before the model was loaded"
            self._room.close()
            given_up = (
                self._closed.is_set() or self._failures >= PATIENCE or self._first is not None
            )
            gone = [waiting for waiting in self._jobs.values() if waiting.started or given_up]
            for waiting in gone:
                del self._jobs[waiting.job.id]
                self._room.leave(waiting.job.id)
            self._let_go()
            for name, answer in self._answers.items():
                # The dead one took its adapters along, but some in line may wait for this one.
                if name not in self._leaving:
                    answer.said.put(("unloaded" if answer.leaves else "refused", [name, DIED]))
        for waiting in gone:
            waiting.listener(Gone(waiting.job.id, DIED))


def _ignore(event: Token | Gone) -> None:
    """Nobody listens any more."""
