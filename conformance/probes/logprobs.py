"""Conversations that ask for the probabilities of tokens. Judges nothing."""

from __future__ import annotations

from typing import Any

from conformance.baseline import COUNTING
from conformance.capability import Found, capability, classify
from conformance.exchange import Request
from conformance.json_view import mapping
from conformance.modes import both
from conformance.probe import Probe, Script, Transcript, ask
from conformance.probes.choices import OPEN
from conformance.probes.stops import FOREIGN
from conformance.reading import Reading
from conformance.scene import Scene

CAP = 10


def _asked(scene: Scene) -> Script:
    asked: dict[str, Any] = {"logprobs": True, "top_logprobs": 2, "max_tokens": CAP}
    yield from ask(scene.chat("on", COUNTING, temperature=0, **asked))


ASKED = Probe("sampling-logprobs", _asked, needs=("chat",))


def given(reading: Reading) -> bool:
    """Tell whether any choice of an answer has `logprobs`, in whatever shape."""
    if reading.is_stream:
        choices = [
            choice
            for chunk in reading.stream.chunks
            if isinstance(found := chunk.value.get("choices"), list)
            for choice in found
        ]
    else:
        choices = [choice.raw for choice in reading.completion.choices]
    return any(_tells(mapping(choice).get("logprobs")) for choice in choices)


def _tells(value: object) -> bool:
    """Tell whether a `logprobs` holds anything: an empty list `content` alone says nothing."""
    return bool(value) and (not isinstance(value, dict) or any(value.values()))


@capability("logprobs", on=ASKED)
def logprobs(transcript: Transcript) -> Found:
    """`logprobs: true` brings `logprobs`, in whatever shape."""
    return classify(transcript["on"], given(transcript["on"]), "logprobs: true")


@capability("top-logprobs", on=ASKED)
def top_logprobs(transcript: Transcript) -> Found:
    """`top_logprobs: 2` brings others beside each token."""
    reading = transcript["on"]
    choice = reading.choice()
    entries = choice.logprobs if choice else ()
    first = mapping(entries[0]) if entries else {}
    return classify(reading, bool(first.get("top_logprobs")), "top_logprobs: 2")


def _more(scene: Scene) -> Script:
    def asked(label: str, prompt: str, **parameters: Any) -> Request:
        return scene.chat(label, prompt, **{"logprobs": True, "max_tokens": CAP, **parameters})

    yield from ask(asked("alone", COUNTING, temperature=0, max_tokens=4))
    count = 2 if scene.has("n") else ...
    yield from ask(asked("sampled", OPEN, temperature=1, top_logprobs=1, n=count))
    foreign: dict[str, Any] = {"logprobs": True, "top_logprobs": 3, "max_tokens": 64}
    if scene.has("streaming"):
        yield from both(scene, "foreign", FOREIGN, **foreign)
    else:
        yield from ask(scene.chat("foreign", FOREIGN, temperature=0, **foreign))


MORE_LOGPROBS = Probe("sampling-logprobs-more", _more, needs=("logprobs",), uses=("n",))
