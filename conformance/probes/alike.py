"""One small request, made many times in a run under other headers and in other company: all of
its answers side by side. Sends nothing where other conversations have sent enough of them.
"""

from __future__ import annotations

from conformance.probe import Probe, Script, ask, recall
from conformance.probes.transport import hello
from conformance.scene import Scene

HELD = (
    "baseline/plain",
    "baseline/again",
    "baseline/plain-streamed",
    "headers/dressed",
    "headers/dressed-stream",
    "labels/dressed",
    "bodies/chunked",
    "bodies/pieces",
    "bodies/expect",
    "names/safe",
    "names/long",
    "names/unsafe",
    "browser/answer",
    "browser/answer-stream",
    "request-accepted/control",
    "request-hostile/after",
    "sampling-choosing/cold",
    "sampling-choosing/cold-again",
    "streams-left-early/later",
    "streams-left-early/later-streamed",
    "streams-left-early/after-streamed",
    "stream-resumed/resumed",
)
"""Requests of other conversations of which each has its like among the others."""
ENOUGH = 8
"""Answers; with fewer, as where few requirements were chosen, the request is made again."""


def _alike(scene: Scene) -> Script:
    held = yield from recall(*HELD)
    for place in range(ENOUGH - len(held)):
        yield from ask(hello(scene, f"alike-{place}"))


ALIKE = Probe("alike", _alike, needs=("chat",), alone=True)
