"""Conversations that ask for several choices. Knows nothing of what should come back."""

from __future__ import annotations

from typing import Any

from conformance import stopping
from conformance.baseline import CAP, COUNTING
from conformance.capability import ABSENT, Found, capability, classify
from conformance.modes import SEEDED, both
from conformance.probe import Probe, Script, Transcript, ask, recall, together
from conformance.probes.caps import YES
from conformance.scene import Scene

CHOICES_CAP = 8
OPEN = "Tell me something interesting, in one or two sentences."
"""What can be answered in many ways."""
TALE = "Tell a long story of the sea."


def _choices(scene: Scene) -> Script:
    asked: dict[str, Any] = {"max_tokens": CHOICES_CAP, "temperature": 1, "n": 2}
    yield from recall("baseline/plain")
    yield from ask(scene.chat("two", COUNTING, **asked))
    if scene.has("streaming"):
        told = {"include_usage": True} if scene.has("usage-in-stream") else ...
        asked |= {"stream": True, "stream_options": told}
        yield from ask(scene.chat("two-streamed", COUNTING, **asked))


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
    if scene.setting.scope == "gateway":
        wanted.append(scene.chat("eight", "Say hello.", n=8, max_tokens=1))
    told = {"include_usage": True} if scene.has("usage-in-stream") else ...
    asked: dict[str, Any] = {"stream": True, "stream_options": told} if streams else {}
    wanted.append(scene.chat("ended", YES, n=2, **asked))
    yield from together(wanted)
    greedy: dict[str, Any] = {"n": 2, "max_tokens": CAP}
    if streams:
        yield from both(scene, "greedy", COUNTING, **greedy)
        seeded: dict[str, Any] = {"n": 3, "max_tokens": 32, "temperature": 1, "seed": 7}
        yield from both(scene, SEEDED, TALE, **seeded)
    elif deterministic:
        yield from ask(scene.chat("greedy", COUNTING, temperature=0, **greedy))


MORE_CHOICES = Probe("sampling-choices-more", _more, needs=("n",))
