"""Conversations about chance: temperature, nucleus, seeds. Judges nothing."""

from __future__ import annotations

from typing import Any

from conformance.capability import ABSENT, Found, capability, classify
from conformance.exchange import Request
from conformance.obtained import refused
from conformance.probe import Probe, Script, Transcript, ask, together
from conformance.probes.choices import OPEN
from conformance.scene import Scene

FEW = 24
"""Tokens among which chance has room enough."""
SEED = 11
TIMES = 3
"""How often one seed is sent: it is best effort, and two of three answers show that it acts."""
OTHERS = (12, 13)
EDGES = (0, -1, 2**63 - 1, -(2**63))


def _chance(scene: Scene) -> Script:
    def asked(label: str, **parameters: Any) -> Request:
        return scene.chat(label, OPEN, max_tokens=FEW, **parameters)

    wanted = [asked(f"hot-{place}", temperature=1.5) for place in range(3)]
    wanted += [asked(f"seeded-{place}", temperature=1, seed=SEED) for place in range(TIMES)]
    wanted += [asked(f"seed-{seed}", temperature=1, seed=seed) for seed in OTHERS]
    yield from together(wanted)


CHANCE = Probe("sampling-chance", _chance, needs=("chat",))


@capability("temperature", on=CHANCE)
def temperature(transcript: Transcript) -> Found:
    """A high temperature varies the answer."""
    readings = transcript.labelled("hot-")
    if any(refused(each) for each in readings):
        return classify(readings[0], acts=True)
    texts = {transcript.answered(f"hot-{place}").text_of() for place in range(3)}
    return classify(readings[0], len(texts) > 1, "temperature: 1.5, three times")


@capability("seed", on=CHANCE)
def seed(transcript: Transcript) -> Found:
    """A seed repeats an answer that would vary without."""
    first = transcript["seeded-0"]
    if refused(first):
        return classify(first, acts=False, words="seed: 11")
    if temperature(transcript).kind != "effective":
        return Found(ABSENT, "answers do not vary without a seed either")
    texts = [transcript.answered(f"seeded-{place}").text_of() for place in range(TIMES)]
    return classify(first, len(set(texts)) < TIMES, f"seed: 11, {TIMES} times")


def _choosing(scene: Scene) -> Script:
    gateway, streams = scene.setting.scope == "gateway", scene.has("streaming")

    def asked(label: str, **parameters: Any) -> Request:
        return scene.chat(label, OPEN, max_tokens=FEW, **parameters)

    # Alone first, so that greedy answers which depend on company show it.
    yield from ask(asked("cold-0", temperature=0))
    wanted = [asked("cold-1", temperature=0), asked("nucleus", temperature=1.5, top_p=0.000001)]
    if streams:
        for place in range(2):
            wanted += [
                asked(f"hot-streamed-{place}", temperature=1.5, stream=True),
                asked(f"cold-streamed-{place}", temperature=0, stream=True),
            ]
        wanted += [
            asked(f"seeded-streamed-{place}", temperature=1, seed=SEED, stream=True)
            for place in range(TIMES)
        ]
        wanted.append(asked("nucleus-streamed", temperature=1.5, top_p=0.000001, stream=True))
    if gateway:
        wanted += [asked(f"default-{place}") for place in range(3)]
        wanted.append(asked("top-k", temperature=1.5, top_k=1))
    yield from together(wanted)
    yield from together(
        scene.chat(f"seed-edge-{edge}", "Say hello.", max_tokens=1, seed=edge) for edge in EDGES
    )


CHOOSING = Probe("sampling-choosing", _choosing, needs=("chat",))
