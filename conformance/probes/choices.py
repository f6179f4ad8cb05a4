"""Conversations that ask for several choices. Knows nothing of what should come back."""

from __future__ import annotations

from typing import Any

from conformance.baseline import COUNTING
from conformance.capability import ABSENT, Found, capability, classify
from conformance.probe import Probe, Script, Transcript, ask
from conformance.scene import Scene

CHOICES_CAP = 8


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
