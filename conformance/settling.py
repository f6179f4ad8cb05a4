"""Settling: two requests that mean the same are asked again where their answers differ.

What varies by itself proves nothing: a difference counts only if it stays. Knows no chapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance.exchange import Exchange
from conformance.probe import Script, Transcript, together
from conformance.reading import Reading
from conformance.scene import Scene
from conformance.verdict import Finding, NotApplicable

AGAIN = ("~2", "~3")
"""Ends of the labels of requests that were made again."""

Pairs = Iterable[tuple[str, str]]
"""Label of a request, and of one that means the same."""


def settle(scene: Scene, exchanges: Iterable[Exchange], pairs: Pairs) -> Script:
    """Ask both of each pair twice more where their texts differ; nothing where none does."""
    by_label = {each.request.label: each for each in exchanges}
    asked: set[str] = set()
    for pair in pairs:
        both = [by_label[label] for label in pair if label in by_label]
        readings = [Reading(each, scene.setting) for each in both]
        if len(both) < 2 or not all(each.ok for each in readings):
            continue
        if readings[0].text_of() == readings[1].text_of():
            continue
        todo = [each.request for each in both if each.request.label not in asked]
        asked.update(request.label for request in todo)
        for end in AGAIN:
            yield from together(replace(request, label=f"{request.label}{end}") for request in todo)


def differing(transcript: Transcript, pairs: Pairs) -> Iterator[Finding]:
    """Yield a finding for each pair of answers that differ and stay different.

    Pairs of which one was refused are passed over. Raises NotApplicable where the answers to one
    and the same request vary, or where no pair was answered.
    """
    compared = 0
    for label, meant in pairs:
        reading, other = transcript.get(label), transcript.get(meant)
        if reading is None or other is None or not (reading.ok and other.ok):
            continue
        compared += 1
        if reading.text_of() == other.text_of():
            continue
        for each in (label, meant):
            if len(set(_texts(transcript, each))) > 1:
                raise NotApplicable(f"the answers to {each!r} vary by themselves")
        yield Finding(
            f"{reading.id}, text",
            f"{other.text_of()[:100]!r}, as to {other.id}",
            repr(reading.text_of()[:100]),
            reading.id,
        )
    if not compared:
        raise NotApplicable("none of these requests was answered")


def _texts(transcript: Transcript, label: str) -> list[str]:
    found = (transcript.get(f"{label}{end}") for end in ("", *AGAIN))
    return [reading.text_of() for reading in found if reading is not None and reading.ok]
