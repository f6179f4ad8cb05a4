"""Conversations at the same time: several questions at once."""

from __future__ import annotations

from conformance.probe import Probe, Script, ask, together
from conformance.scene import Scene

WORDS = ("tulip", "zebra", "violin")
CAP = 16


def order(word: str) -> str:
    """Return a prompt whose answer holds a word that no other prompt here has."""
    return f"Repeat: {word} {word} {word} {word}"


def _overlap(scene: Scene) -> Script:
    for word in WORDS:
        yield from ask(scene.chat(f"alone-{word}", order(word), max_tokens=CAP, temperature=0))
    yield from together(
        scene.chat(
            f"{mode}-{word}",
            order(word),
            max_tokens=CAP,
            temperature=0,
            stream=mode == "streamed" or ...,
        )
        for word in WORDS
        for mode in ("whole", "streamed")
    )


OVERLAP = Probe("always-overlap", _overlap)
