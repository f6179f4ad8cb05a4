"""Conversations that ask for several choices. Knows nothing of what should come back."""

from __future__ import annotations

from typing import Any

from conformance import stopping
from conformance.baseline import CAP, COUNTING
from conformance.capability import ABSENT, Found, capability, classify
from conformance.probe import Probe, Script, Transcript, ask, together
from conformance.scene import Scene

CHOICES_CAP = 8
OPEN = "Tell me something interesting, in one or two sentences."
"""What can be answered in many ways."""


def _choices(scene: Scene) -> Script:
    asked: dict[str, Any] = {"max_tokens": CHOICES_CAP, "temperature": 1, "n": 2}
    yield from ask(scene.chat("two", COUNTING, **asked))
    if scene.has("streaming"):
        yield from ask(scene.chat("two-streamed", COUNTING, stream=True, **asked))


SEVERAL = Probe("sampling-choices", _choices, needs=("chat",))


@capability("n", on=SEVERAL)
def several(transcript: Transcript) -> Found:
    """`n: 2` is answered with two choices."""
    reading = transcript["two"]
    return classify(reading, len(reading.choice_indexes) == 2, "n: 2")


@capability("n-stream", on=SEVERAL)
def several_streamed(transcript: Transcript) -> Found:
    """`n: 2` is answered with a stream of two choices."""
    reading = transcript.get("two-streamed")
    if reading is None:
        return Found(ABSENT, "no streams")
    return classify(reading, len(reading.choice_indexes) == 2, "n: 2 in a stream")


def _more(scene: Scene) -> Script:
    streams, deterministic = scene.has("streaming"), scene.has("deterministic")
    wanted = [scene.chat("hot", OPEN, n=3, temperature=1.5, max_tokens=24)]
    mark = stopping.middle_of(scene.setting.greedy)
    if mark:
        stopped: dict[str, Any] = {"n": 2, "stop": [mark], "max_tokens": CAP, "temperature": 1}
        wanted.append(scene.chat("stopped", COUNTING, **stopped))
        if streams:
            wanted.append(scene.chat("stopped-streamed", COUNTING, stream=True, **stopped))
    if deterministic:
        greedy: dict[str, Any] = {"temperature": 0, "max_tokens": CAP}
        wanted.append(scene.chat("greedy", COUNTING, n=2, **greedy))
        if streams:
            wanted.append(scene.chat("greedy-streamed", COUNTING, n=2, stream=True, **greedy))
    if scene.setting.scope == "gateway":
        wanted.append(scene.chat("eight", "Say hello.", n=8, max_tokens=1))
        if scene.has("seed"):
            seeded: dict[str, Any] = {"n": 2, "seed": 11, "temperature": 1, "max_tokens": 16}
            wanted.append(scene.chat("seeded", OPEN, **seeded))
            wanted.append(scene.chat("seeded-again", OPEN, **seeded))
            if streams:
                wanted.append(scene.chat("seeded-streamed", OPEN, stream=True, **seeded))
    yield from together(wanted)


MORE_CHOICES = Probe("sampling-choices-more", _more, needs=("n",))
