"""Running: a client's command against a mock of its own, watched. Judges nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

from mock_server.app import App, build
from mock_server.beside import running
from mock_server.grading.observed import Attempt, Observed, Ran, attempts
from mock_server.grading.pack import ELSEWHERE, Scenario
from mock_server.keys import DEFAULT_KEY
from mock_server.scripts.reading import script
from mock_server.scripts.script import Script
from mock_server.settings import Settings

OUTPUT = 1 << 20
"""Bytes of a command's output that are kept."""
CLOSING = 6.0
"""Seconds that an interrupted command is given to close its stream."""
LOOK = 0.02
"""Seconds between two looks."""
LINGER = 0.2
"""Seconds after its end in which what a command has sent still arrives."""


class CommandError(Exception):
    """The command cannot be run, and why, in a sentence."""


def observe(scenario: Scenario, command: Sequence[str], environment: dict[str, str]) -> Observed:
    """Run a command once, against a mock that plays a scenario; returns when it has ended.

    Raises CommandError for a command that cannot be started.
    """
    with contextlib.ExitStack() as stack:
        other: App | None = None
        address = ""
        if ELSEWHERE in str(scenario.script):
            other = build(Settings(trace=True))
            address = f"http://localhost:{stack.enter_context(running(other))}"
        app = build(Settings(trace=True))
        app.edge.gateway.stage.follow(_always(scenario, address))
        port = stack.enter_context(running(app))
        told = {
            "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
            "OPENAI_API_KEY": DEFAULT_KEY,
            "GONOGO_SCENARIO": scenario.name,
        }
        ran = _run(scenario, command, environment | told, app)
        time.sleep(LINGER)
        return Observed(
            attempts(app.edge.journal.lines()),
            _every(other) if other is not None else (),
            ran,
            scenario.says,
            scenario.seconds,
        )


def _always(scenario: Scenario, elsewhere: str) -> Callable[[int], Script]:
    told = script(_replaced(scenario.script, elsewhere), scenario.name.replace("/", "."))
    return lambda now: told


def _replaced(value: object, elsewhere: str) -> object:
    match value:
        case str():
            return value.replace(ELSEWHERE, elsewhere)
        case dict():
            return {name: _replaced(each, elsewhere) for name, each in value.items()}
        case list():
            return [_replaced(each, elsewhere) for each in value]
        case _:
            return value


def _every(app: App) -> tuple[Attempt, ...]:
    return tuple(Attempt.of(line) for line in app.edge.journal.lines() if "trace" in line)


def _run(scenario: Scenario, command: Sequence[str], environment: dict[str, str], app: App) -> Ran:
    began = time.monotonic()
    try:
        process = subprocess.Popen(  # noqa: S603 - running it is what was asked for
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise CommandError(f"{command[0]} cannot be run: {error.strerror}") from None
    with process:
        output, complaint = _Kept(process.stdout), _Kept(process.stderr)
        interrupted, closed = False, None
        try:
            while process.poll() is None and time.monotonic() - began < scenario.seconds:
                if scenario.interrupt and _written(app) >= scenario.interrupt:
                    process.send_signal(signal.SIGINT)
                    interrupted, closed = True, _until_closed(app)
                    _wait(process, CLOSING)
                    break
                time.sleep(LOOK)
            ended = process.poll()
        finally:
            _stop(process)
        return Ran(
            ended,
            output.text(),
            complaint.text(),
            time.monotonic() - began,
            interrupted,
            closed,
        )


def _written(app: App) -> int:
    """Return how many writes the longest open stream has had."""
    live = [one for one in app.edge.journal.live(app.edge.clock()) if one["stream"]]
    return max((len(one["trace"]["writes"]) for one in live), default=0)


def _until_closed(app: App) -> float | None:
    began = time.monotonic()
    while (passed := time.monotonic() - began) < CLOSING:
        if not _written(app):
            return passed
        time.sleep(LOOK)
    return None


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a command and whatever it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


class _Kept:
    """What comes out of a pipe, read so that it never fills, and kept as far as it is short."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        assert pipe is not None
        self._pipe = pipe
        self._parts: list[bytes] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Return what came, once the pipe is closed."""
        self._thread.join(LINGER)
        return b"".join(self._parts).decode("utf-8", "replace")

    def _read(self) -> None:
        size = 0
        while part := self._pipe.read1(1 << 16):  # type: ignore[attr-defined]
            if size < OUTPUT:
                self._parts.append(part)
                size += len(part)
