"""Conversations about parameters that weigh tokens: penalties, biases, and the defaults of all."""

from __future__ import annotations

from typing import Any

from conformance.baseline import COUNTING
from conformance.capability import Found, capability, classify
from conformance.probe import Probe, Script, Transcript, together
from conformance.probes.choices import OPEN
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
}


def _weights(scene: Scene) -> Script:
    yield from together(
        scene.chat(label, prompt, temperature=0, max_tokens=cap, **parameters)
        for label, prompt, cap, parameters in (
            ("apples", APPLES, LONG, {}),
            ("frequent", APPLES, LONG, {"frequency_penalty": 2}),
            ("open", OPEN, LONG, {}),
            ("frequent-open", OPEN, LONG, {"frequency_penalty": 2}),
            ("present", OPEN, LONG, {"presence_penalty": 2}),
            ("absent", OPEN, LONG, {"presence_penalty": -2}),
            ("biased", OPEN, LONG, {"logit_bias": BIAS}),
            ("biased-wide", OPEN, LONG, {"logit_bias": WIDE_BIAS}),
            ("unbiased", COUNTING, SHORT, {"logit_bias": {}}),
            ("defaults", COUNTING, SHORT, DEFAULTS),
        )
    )


WEIGHTS = Probe("sampling-weights", _weights, needs=("chat", "deterministic"))


@capability("logit-bias", on=WEIGHTS)
def logit_bias(transcript: Transcript) -> Found:
    """A bias of 100 on two tokens changes the greedy answer."""
    own = transcript["open"].text_of()
    changed = any(transcript[label].text_of() != own for label in ("biased", "biased-wide"))
    return classify(transcript["biased"], changed, "logit_bias")


@capability("penalties", on=WEIGHTS)
def penalties(transcript: Transcript) -> Found:
    """`frequency_penalty: 2` changes a repetitive greedy answer."""
    changed = transcript["frequent"].text_of() != transcript["apples"].text_of()
    return classify(transcript["frequent"], changed, "frequency_penalty: 2")
