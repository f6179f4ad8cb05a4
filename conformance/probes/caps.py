"""Conversations under different ceilings on the tokens of an answer. Judges nothing."""

from __future__ import annotations

from typing import Any

from conformance.baseline import COUNTING
from conformance.capability import Found, capability, classify
from conformance.modes import both
from conformance.probe import Probe, Script, Transcript, ask, read, recall
from conformance.reading import Reading
from conformance.scene import Scene

CAPS = (1, 5)
YES = "Reply with the word yes."
LONG_COUNTING = COUNTING.replace("60", "200")
"""More than 512 tokens for any tokenizer."""
MANY = 40
"""Characters of a counting answer that five tokens cannot hold."""


def _newer(scene: Scene) -> Script:
    newer: dict[str, Any] = {"max_completion_tokens": CAPS[1], "temperature": 0}
    yield from recall("baseline/plain")
    yield from ask(scene.chat("newer", COUNTING, **newer))
    if not scene.has("streaming"):
        for cap in CAPS:
            yield from ask(scene.chat(f"cap-{cap}", COUNTING, max_tokens=cap, temperature=0))
        return
    yield from ask(scene.chat("newer-streamed", COUNTING, stream=True, **newer))
    for cap in CAPS:
        yield from both(scene, f"cap-{cap}", COUNTING, max_tokens=cap, streaming=_counted(scene))


def _counted(scene: Scene) -> dict[str, Any]:
    """Return what a stream is asked for beside its text."""
    counts = scene.has("usage-in-stream")
    return {"stream_options": {"include_usage": True}} if counts else {}


CEILINGS = Probe("sampling-caps", _newer, needs=("chat",))


@capability("max-completion-tokens", on=CEILINGS)
def newer_name(transcript: Transcript) -> Found:
    """`max_completion_tokens` is a ceiling."""
    reading = transcript["newer"]
    longer = transcript.setting.greedy
    usage = reading.usage
    over = usage is not None and usage.completion is not None and usage.completion > CAPS[1]
    ignored = over or len(reading.text_of()) >= max(len(longer), MANY)
    return classify(reading, not ignored, "max_completion_tokens: 5")


def _more(scene: Scene) -> Script:
    """Short answers that end by themselves, and long ones that nothing cuts."""
    if scene.has("streaming"):
        yield from both(scene, "yes", YES, streaming=_counted(scene))
        yield from both(scene, "uncapped", COUNTING, max_tokens=..., streaming=_counted(scene))
    else:
        yield from ask(scene.chat("yes", YES, temperature=0))
        yield from ask(scene.chat("uncapped", COUNTING, temperature=0, max_tokens=...))
    short = yield from read(scene.chat("yes-32", YES, temperature=0, max_tokens=32), scene)
    if scene.setting.scope == "gateway":
        yield from ask(scene.chat("long", LONG_COUNTING, temperature=0, max_tokens=...))
        tokens = _whole(short)
        if tokens and tokens < 32:
            yield from ask(scene.chat("tie", YES, temperature=0, max_tokens=tokens))
            return
        # It says more than it was asked to: a long answer that ended by itself serves as well.
        whole = yield from read(scene.chat("whole", COUNTING, temperature=0, max_tokens=...), scene)
        tokens = _whole(whole)
        if tokens:
            yield from ask(scene.chat("tie", COUNTING, temperature=0, max_tokens=tokens))


def _whole(reading: Reading) -> int | None:
    """Return the tokens of an answer that ended by itself; None where it did not, or is silent."""
    counted = reading.usage.completion if reading.usage else None
    return counted if reading.finish_of() == "stop" else None


MORE_CEILINGS = Probe("sampling-caps-more", _more, needs=("chat",))
