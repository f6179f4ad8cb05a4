"""Conversations about how and when the bytes of a stream come. Judge nothing."""

from __future__ import annotations

from typing import Any

from conformance.probe import Probe, Script, ask
from conformance.scene import Scene

LONG_CAP = 96
LONG = tuple(f"long-{place}" for place in (1, 2, 3))
SHORT = tuple(f"short-{place}" for place in (1, 2))
STORY = "Count from 1 to 300 in digits, separated by single spaces. Write nothing else."


def _flushing(scene: Scene) -> Script:
    """The first event of a long answer is no later than that of a short one, if nobody waits.

    Whoever counts tokens is tempted to wait for all of them, so they are asked to be counted.
    """
    told = {"include_usage": True} if scene.has("usage-in-stream") else ...
    asked: dict[str, Any] = {"temperature": 0, "stream": True, "stream_options": told}
    for label in SHORT:
        yield from ask(scene.chat(label, STORY, max_tokens=1, **asked))
    for label in LONG:
        yield from ask(scene.chat(label, STORY, max_tokens=LONG_CAP, **asked))


FLUSHING = Probe("flushing", _flushing, needs=("streaming",), alone=True)
