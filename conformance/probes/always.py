"""Conversations at the same time: several questions at once, and one beside an open stream."""

from __future__ import annotations

from conformance.baseline import COUNTING
from conformance.exchange import Wire
from conformance.probe import Probe, Script, ask, together
from conformance.scene import Scene

WORDS = ("tulip", "zebra", "violin", "granite")
CAP = 16
LONG = 48
"""Tokens of the stream that others are not to wait for."""
ROUNDS = (1, 2)
BESIDE = (1, 2, 3)


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


def _beside(scene: Scene) -> Script:
    yield from ask(scene.chat("alone", "Say ok.", max_tokens=1, temperature=0))
    for round_ in ROUNDS:
        stream = scene.chat(
            f"stream-{round_}", COUNTING, max_tokens=LONG, temperature=0, stream=True
        )
        small = (
            scene.chat(
                f"beside-{round_}-{place}", "Say ok.", max_tokens=1, temperature=0, wire=Wire.SOCKET
            )
            for place in BESIDE
        )
        yield from together([stream, *small])


OPEN_STREAM = Probe("always-open-stream", _beside, needs=("streaming",), alone=True)
