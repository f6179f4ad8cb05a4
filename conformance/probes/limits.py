"""Conversations of keys at their limits. A refusal is what they ask for."""

from __future__ import annotations

from conformance.probe import Probe, Script, ask, read, together, wait
from conformance.scene import Scene

HELLO = "Say hello."
OVER = "Bearer {over_limit}"
SMALL = "Bearer {small_quota}"
IN_A_ROW = 4
AT_ONCE = 8
LONGEST = 60.0
"""Seconds; a limit per minute never asks for more."""


def _over(scene: Scene) -> Script:
    yield from ask(scene.chat("plain", HELLO, max_tokens=1, authorization=OVER))
    if scene.has("streaming"):
        yield from ask(scene.chat("streamed", HELLO, max_tokens=1, authorization=OVER, stream=True))
    yield from ask(scene.chat("other-key", HELLO, max_tokens=1))


OVER_LIMIT = Probe("over-limit", _over, needs=("key-over-limit",), may_fail=True)


def _small(scene: Scene) -> Script:
    for number in range(IN_A_ROW):
        yield from ask(scene.chat(f"row-{number}", HELLO, max_tokens=1, authorization=SMALL))
    crowd = yield from together(
        scene.chat(f"crowd-{number}", HELLO, max_tokens=1, authorization=SMALL)
        for number in range(AT_ONCE)
    )
    if all(each.status != 429 for each in crowd):
        return
    last = yield from read(scene.chat("last", HELLO, max_tokens=1, authorization=SMALL), scene)
    yield from ask(scene.chat("other-key", HELLO, max_tokens=1))
    pause = last.retry_after
    if last.status == 429 and pause.seconds is not None and pause.seconds <= LONGEST:
        yield from wait(pause.seconds, "Retry-After said so")
        yield from ask(scene.chat("obedient", HELLO, max_tokens=1, authorization=SMALL))


SMALL_QUOTA = Probe("small-quota", _small, needs=("key-small-quota",), may_fail=True, patient=True)
