"""Conversations about chance: temperature, nucleus, seeds. Judges nothing."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from conformance.capability import ABSENT, Found, capability, classify
from conformance.exchange import Request
from conformance.obtained import refused
from conformance.probe import Answer, Probe, Script, Step, Transcript, ask, read, together
from conformance.probes.choices import OPEN
from conformance.reading import Reading
from conformance.scene import Scene

FEW = 24
"""Tokens among which chance has room enough."""
SEED = 11
TIMES = 3
"""How often one seed is sent: it is best effort, and two of three answers show that it acts."""
ZERO = 0
"""The seed that programs take for none; where it repeats an answer, so does every other."""
EDGES = (-1, 2**63 - 1)
"""Seeds at the ends of what 64 bits hold, which are also seeds like any other."""
HOT = 2


def _chance(scene: Scene) -> Script:
    def asked(label: str, **parameters: Any) -> Request:
        return scene.chat(label, OPEN, max_tokens=FEW, **parameters)

    wanted = [asked(f"hot-{place}", temperature=1.5) for place in range(HOT)]
    wanted += [asked(f"seed-edge-{edge}", temperature=1, seed=edge) for edge in EDGES]
    yield from together(wanted)
    if not (yield from _repeatedly(scene, "zero", temperature=1, seed=ZERO)):
        yield from _repeatedly(scene, "seeded", temperature=1, seed=SEED)


def _repeatedly(scene: Scene, label: str, **parameters: Any) -> Generator[Step, Answer, bool]:
    """Ask twice, and a third time where the two answers differ; tell whether one came again."""
    texts: set[str] = set()
    for place in range(TIMES):
        request = scene.chat(f"{label}-{place}", OPEN, max_tokens=FEW, **parameters)
        reading = yield from read(request, scene)
        if refused(reading):
            return False
        if reading.text_of() in texts:
            return True
        texts.add(reading.text_of())
    return False


def seed_sent(transcript: Transcript) -> str:
    """Return the prefix of the labels under which a seed was sent that shows what seeds do."""
    return "seeded" if transcript.get("seeded-0") is not None else "zero"


CHANCE = Probe("sampling-chance", _chance, needs=("chat",))


@capability("temperature", on=CHANCE)
def temperature(transcript: Transcript) -> Found:
    """A high temperature varies the answer."""
    readings = transcript.labelled("hot-")
    if any(refused(each) for each in readings):
        return classify(readings[0], acts=True)
    texts = {transcript.answered(f"hot-{place}").text_of() for place in range(HOT)}
    return classify(transcript["hot-0"], len(texts) > 1, "temperature: 1.5, twice")


@capability("seed", on=CHANCE)
def seed(transcript: Transcript) -> Found:
    """A seed repeats an answer that would vary without."""
    sent = seed_sent(transcript)
    first, words = transcript[f"{sent}-0"], f"seed: {SEED if sent == 'seeded' else ZERO}"
    if refused(first):
        return classify(first, acts=False, words=words)
    if temperature(transcript).kind != "effective":
        return Found(ABSENT, "answers do not vary without a seed either")
    texts = [reading.text_of() for reading in transcript.labelled(f"{sent}-")]
    return classify(first, len(set(texts)) < len(texts), f"{words}, {len(texts)} times")


def _choosing(scene: Scene) -> Script:
    gateway, streams = scene.setting.scope == "gateway", scene.has("streaming")

    def asked(label: str, **parameters: Any) -> Request:
        return scene.chat(label, OPEN, max_tokens=FEW, **parameters)

    wanted = [
        asked("cold", temperature=0),
        asked("cold-again", temperature=0),
        asked("nucleus", temperature=1.5, top_p=0.000001),
    ]
    if streams:
        wanted += [
            asked("hot-streamed", temperature=1.5, stream=True),
            asked("cold-streamed", temperature=0, stream=True),
            asked("nucleus-streamed", temperature=1.5, top_p=0.000001, stream=True),
        ]
    if gateway:
        wanted += [asked(f"default-{place}") for place in range(HOT)]
        wanted.append(asked("top-k", temperature=1.5, top_k=1))
    answers = yield from together(wanted)
    if streams:
        cold, streamed = (
            next(Reading(each, scene.setting) for each in answers if each.request.label == label)
            for label in ("cold", "cold-streamed")
        )
        if cold.text_of().rstrip() != streamed.text_of().rstrip():
            yield from ask(asked("cold-streamed-again", temperature=0, stream=True))
        yield from _repeatedly(scene, "seeded-streamed", temperature=1, seed=SEED, stream=True)


CHOOSING = Probe("sampling-choosing", _choosing, needs=("chat",))
