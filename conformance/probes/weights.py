"""Conversations about parameters that weigh tokens: penalties, biases, and the defaults of all."""

from __future__ import annotations

from typing import Any

from conformance.baseline import COUNTING
from conformance.capability import Found, capability, classify
from conformance.exchange import Request
from conformance.probe import Probe, Script, Transcript, together
from conformance.probes.choices import OPEN
from conformance.reading import Reading
from conformance.scene import Scene

APPLES = "Write the word apple 40 times, separated by spaces."
SHORT, LONG = 24, 48
BIAS = {"1000": 100, "1500": 100}
"""Two tokens of any vocabulary; no greedy answer is made of one of them."""
WIDE_BIAS = {str(token): 100 for token in range(101, 4101, 2)}
"""For engines that choose among few candidates: some of these are in any vocabulary."""
DEFAULTS: dict[str, Any] = {
    "top_p": 1,
    "n": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "stream": False,
    "logprobs": False,
    "logit_bias": {},
}


def _weights(scene: Scene) -> Script:
    def asked(label: str, prompt: str, cap: int, **parameters: Any) -> Request:
        return scene.chat(label, prompt, temperature=0, max_tokens=cap, **parameters)

    def moved(first: str, second: str) -> bool:
        return texts[first] != texts[second]

    texts: dict[str, str] = {}
    requests = [
        asked("open", OPEN, LONG),
        asked("frequent", OPEN, LONG, frequency_penalty=2),
        asked("present", OPEN, LONG, presence_penalty=2),
        asked("biased", OPEN, LONG, logit_bias=BIAS),
        asked("defaults", COUNTING, SHORT, **DEFAULTS),
    ]
    for exchange in (yield from together(requests)):
        texts[exchange.request.label] = Reading(exchange, scene.setting).text_of()
    # A second look where nothing moved, at what a penalty or bias moves more surely.
    more = []
    if not moved("open", "frequent"):
        more.append(asked("apples", APPLES, LONG))
        more.append(asked("frequent-apples", APPLES, LONG, frequency_penalty=2))
    if not moved("open", "present"):
        more.append(asked("absent", OPEN, LONG, presence_penalty=-2))
    if not moved("open", "biased"):
        more.append(asked("biased-wide", OPEN, LONG, logit_bias=WIDE_BIAS))
    if more:
        yield from together(more)


WEIGHTS = Probe("sampling-weights", _weights, needs=("chat", "deterministic"))


@capability("logit-bias", on=WEIGHTS)
def logit_bias(transcript: Transcript) -> Found:
    """A bias of 100 on a few tokens, or on many, changes a greedy answer."""
    return _classed(transcript, "biased", "biased-wide", "logit_bias")


@capability("penalties", on=WEIGHTS)
def penalties(transcript: Transcript) -> Found:
    """`presence_penalty` 2 or -2 changes a greedy answer."""
    return _classed(transcript, "present", "absent", "presence_penalty")


def _classed(transcript: Transcript, first: str, second: str, words: str) -> Found:
    readings = [transcript[first], *filter(None, [transcript.get(second)])]
    own = transcript["open"].text_of()
    return classify(readings[0], any(each.text_of() != own for each in readings), words)
