"""How the answers of a run ended, over all of its tries. Sends nothing where enough were held."""

from __future__ import annotations

from conformance.probe import Probe, Script, ask, look_back
from conformance.probes.transport import hello
from conformance.scene import Scene

ENOUGH = 25
"""Answers; with fewer, as where few requirements were chosen, small requests are made."""


def _ends(scene: Scene) -> Script:
    begun = yield from look_back()
    for place in range(ENOUGH - len(begun)):
        yield from ask(hello(scene, f"torn-{place}"))
    if len(begun) < ENOUGH:
        yield from look_back()


TORN = Probe("torn", _ends, needs=("chat",), alone=True)
