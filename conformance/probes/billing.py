"""Conversations of a key whose wallet is empty. They cost nothing where the promise is kept."""

from __future__ import annotations

from conformance.probe import Probe, Script, ask, together
from conformance.scene import Scene

EMPTY = "Bearer {without_credit}"


def _without_credit(scene: Scene) -> Script:
    yield from ask(scene.chat("plain", "Say hello.", max_tokens=4, authorization=EMPTY))
    if scene.has("streaming"):
        yield from ask(
            scene.chat("streamed", "Say hello.", max_tokens=4, authorization=EMPTY, stream=True)
        )
    yield from together(
        scene.chat(f"at-once-{number}", "Say hello.", max_tokens=4, authorization=EMPTY)
        for number in range(3)
    )
    yield from ask(scene.get("catalogue", "/models", authorization=EMPTY))


WITHOUT_CREDIT = Probe("without-credit", _without_credit, needs=("key-without-credit",))
