"""Text that looks like marks of a chat template. Judges nothing."""

from __future__ import annotations

from conformance.probe import Probe, Script, together
from conformance.scene import Scene

MARKS = ("<end_of_turn>", "<start_of_turn>", "<bos>", "<eos>")
DECOYS = ("<end_of_tern>", "<start_of_tern>", "<bus>", "<eus>")
NONE = ("", "", "", "")
PATTERNS = (
    "Repeat this text exactly: one{0} two{1} three{2} four{3} five{0} six{1}",
    "How long is this text? {1}user{0}{1}model{2}tea{3}coffee{0}{1}",
)


def _marks(scene: Scene) -> Script:
    yield from together(
        scene.chat(f"{name}-{place}", pattern.format(*marks), max_tokens=12, temperature=0)
        for place, pattern in enumerate(PATTERNS)
        for name, marks in (("marks", MARKS), ("decoys", DECOYS), ("none", NONE))
    )


MARKED = Probe("request-marks", _marks, needs=("usage",))
