"""Conversations at the same time: several questions at once, and one beside an open stream."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.baseline import COUNTING
from conformance.exchange import Exchange, Wire
from conformance.probe import Probe, Script, ask, together
from conformance.scene import Scene

WORDS = ("tulip", "zebra", "violin")
CAP = 16
LONG = 48
"""Tokens of the stream that others are not to wait for."""
LONG_ENOUGH = 1.0
"""Seconds a stream must last before waiting for its end can be told from chance."""
ROUNDS = (1, 2)
"""The second is held only where all waited in the first."""
BESIDE = (1, 2)


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


def waited(stream: Exchange, small: Iterable[Exchange], alone: float) -> bool:
    """Tell whether a stream was long and every small request was answered only after it.

    `alone` is the seconds that such a small request takes by itself.
    """
    end = stream.began + stream.ended_at
    late = all(each.began + each.ended_at >= end for each in small)
    return late and stream.ended_at >= max(LONG_ENOUGH, 4 * alone)


def _beside(scene: Scene) -> Script:
    alone = yield from ask(scene.chat("alone", "Say ok.", max_tokens=1, temperature=0))
    for place in ROUNDS:
        stream = scene.chat(
            f"stream-{place}", COUNTING, max_tokens=LONG, temperature=0, stream=True
        )
        small = [
            scene.chat(
                f"beside-{place}-{each}", "Say ok.", max_tokens=1, temperature=0, wire=Wire.SOCKET
            )
            for each in BESIDE
        ]
        first, *others = yield from together([stream, *small])
        if not waited(first, others, alone.ended_at):
            return


OPEN_STREAM = Probe("always-open-stream", _beside, needs=("streaming",), alone=True)
