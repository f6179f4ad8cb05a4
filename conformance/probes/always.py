"""Several questions at the same time, in both modes, and three of them alone before.

Judges nothing. Every prompt is answered with numbers that no other answer here holds, and no two
prompts cost the same.
"""

from __future__ import annotations

from typing import Any

from conformance.baseline import COUNTING
from conformance.probe import Probe, Script, ask, together
from conformance.scene import Scene

PLACES = (1, 3, 5)
"""Hundreds that the answers count in."""
CAP = 24
COUNTING_LABEL = "counting"
"""The baseline's prompt is asked among the others; what it is answered alone is known."""
_TAILS = {
    1: "",
    3: " Write nothing else.",
    5: " Write nothing else, and begin with the first of them at once.",
}


def counted(place: int) -> str:
    """Return a prompt whose answer holds numbers that no other answer here holds."""
    first = f"Count from {place}00 to {place}60 in digits, separated by single spaces."
    return first + _TAILS.get(place, "")


def _overlap(scene: Scene) -> Script:
    greedy: dict[str, Any] = {"temperature": 0, "max_tokens": CAP}
    for place in PLACES:
        yield from ask(scene.chat(f"alone-{place}", counted(place), **greedy))
    prompts = {**{str(place): counted(place) for place in PLACES}, COUNTING_LABEL: COUNTING}
    wanted = [scene.chat(f"whole-{name}", prompt, **greedy) for name, prompt in prompts.items()]
    if scene.has("streaming"):
        told = {"include_usage": True} if scene.has("usage-in-stream") else ...
        streaming: dict[str, Any] = {**greedy, "stream": True, "stream_options": told}
        wanted += [
            scene.chat(f"streamed-{name}", prompt, **streaming) for name, prompt in prompts.items()
        ]
    yield from together(wanted)


OVERLAP = Probe("always-overlap", _overlap, needs=("chat",))
