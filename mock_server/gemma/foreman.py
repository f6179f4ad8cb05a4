"""The foreman: keeps one model worker alive, hands it jobs as there is room, and passes on news.

Knows processes, pipes and threads; nothing of text and nothing of HTTP.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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

PROGRAM = Path(__file__).parent.parent.parent
START_SECONDS = 600.0
ORDER_SECONDS = 60.0
STOP_SECONDS = 5.0
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

    def __init__(self, folder: Path, provider: str, room: Room) -> None:
        self._arguments = [str(folder), provider]
        self._room = room
        self._lock = threading.RLock()
        self._jobs: dict[int, _Waiting] = {}
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._answers: dict[str, _Answer] = {}
        self._adapters: dict[str, tuple[str, str]] = {}
        self._leaving: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._up = threading.Event()
        self._failures = 0
        self._first: str | None = None
        self.version = ""
        """Of the runtime; empty until the worker is up."""
        self._keeper = threading.Thread(target=self._keep, name="gemma-foreman", daemon=True)

    def start(self) -> None:
        """Start the first worker and wait until it has the model; raises WorkerError."""
        self._keeper.start()
        if not self._up.wait(START_SECONDS):
            self.close()
            raise WorkerError(f"the model was not loaded within {START_SECONDS:.0f} seconds")
        if self._first is not None:
            self.close()
            raise WorkerError(self._first)

    @property
    def process_id(self) -> int | None:
        """Of the worker that is up now."""
        return self._process.pid if self._process else None

    def submit(self, jobs: Sequence[tuple[Job, int, Listener]]) -> None:
        """Take jobs, each with the bytes its cache needs and who hears of it.

        Raises `room.Full`, or WorkerError while workers keep dying. Listeners are called on
        another thread.
        """
        with self._lock:
            if self._closed or self._failures >= PATIENCE:
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
                self._orders.put(encode_order("cancel", job))
            else:
                self._leave(job)

    def load(self, name: str, source: Path, made: Path) -> None:
        """Load an adapter, converted into the file `made`; raises WorkerError with the reason."""
        paths = (str(source), str(made))
        with self._lock:
            self._expect(name, leaves=False)
            self._orders.put(encode_order("load", name, *paths))
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
            self._closed = True
            self._orders.put(None)
        process = self._process
        if process is not None:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._keeper.is_alive() and self._keeper is not threading.current_thread():
            self._keeper.join(STOP_SECONDS)

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
            self._orders.put(encode_order("unload", name))

    def _begin(self, jobs: list[int]) -> None:
        for job in jobs:
            waiting = self._jobs[job]
            waiting.started = True
            self._orders.put(encode_job(waiting.job))

    def _keep(self) -> None:
        while (started := self._spawn()) is not None:
            process, orders = started
            threading.Thread(target=_write, args=(process, orders), daemon=True).start()
            self._read(process)
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()
            self._bury(orders)
            self._up.set()
            if self._first is not None:
                return
            if self._failures and not self._closed:
                time.sleep(min(0.1 * 2**self._failures, LONGEST_PAUSE))

    def _spawn(self) -> tuple[subprocess.Popen[bytes], queue.SimpleQueue[bytes | None]] | None:
        path = os.pathsep.join([str(PROGRAM), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
        environment = {**os.environ, "PYTHONPATH": path, "ORT_DISABLE_TELEMETRY": "1"}
        with self._lock:
            if self._closed:
                return None
            self._orders = queue.SimpleQueue()
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "mock_server.gemma.worker", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
            )
            return self._process, self._orders

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as reports:
            for line in reports:
                verb, words = decode_report(line)
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
                        self._orders.put(encode_order("load", name, *paths))
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

    def _bury(self, orders: queue.SimpleQueue[bytes | None]) -> None:
        """A worker is dead: tell whoever it worked for; those in line wait for the next."""
        orders.put(None)
        with self._lock:
            self._failures += 1
            if not self.version and self._first is None and not self._closed:
                self._first = f"{DIED} before the model was loaded"
            self._room.close()
            given_up = self._closed or self._failures >= PATIENCE or self._first is not None
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


def _write(process: subprocess.Popen[bytes], orders: queue.SimpleQueue[bytes | None]) -> None:
    """Write orders on a thread of their own: a worker amid a long step reads late."""
    assert process.stdin is not None
    with contextlib.suppress(OSError), process.stdin as pipe:
        while (line := orders.get()) is not None:
            pipe.write(line)
            pipe.flush()


def _ignore(event: Token | Gone) -> None:
    """Nobody listens any more."""
