"""Conversations under different ceilings on the tokens of an answer. Judges nothing."""

from __future__ import annotations

from typing import Any

from conformance.baseline import COUNTING
from conformance.capability import Found, capability, classify
from conformance.exchange import Request
from conformance.probe import Probe, Script, Transcript, ask, read, together
from conformance.scene import Scene

CAPS = (1, 5)
YES = "Reply with the word yes."
LONG_COUNTING = COUNTING.replace("60", "200")
"""More than 512 tokens for any tokenizer."""
MANY = 40
"""Characters of a counting answer that five tokens cannot hold."""


def _newer(scene: Scene) -> Script:
    newer: dict[str, Any] = {"max_completion_tokens": CAPS[1], "temperature": 0}
    yield from ask(scene.chat("newer", COUNTING, **newer))
    if scene.has("streaming"):
        yield from ask(scene.chat("newer-streamed", COUNTING, stream=True, **newer))
    for cap in CAPS:
        yield from ask(scene.chat(f"cap-{cap}", COUNTING, max_tokens=cap, temperature=0))


CEILINGS = Probe("sampling-caps", _newer, needs=("chat",))


@capability("max-completion-tokens", on=CEILINGS)
def newer_name(transcript: Transcript) -> Found:
    """`max_completion_tokens` is a ceiling."""
    reading = transcript["newer"]
    longer = transcript.setting.greedy
    usage = reading.usage
    over = usage is not None and usage.completion is not None and usage.completion > CAPS[1]
    ignored = over or len(reading.text_of()) >= max(len(longer), MANY)
    return classify(reading, not ignored, "max_completion_tokens: 5")


def _more(scene: Scene) -> Script:
    yes = yield from read(scene.chat("yes", YES, temperature=0), scene)
    wanted: list[Request] = [scene.chat("uncapped", COUNTING, temperature=0, max_tokens=...)]
    if scene.has("streaming"):
        options = {"include_usage": True} if scene.has("usage-in-stream") else ...
        streamed: dict[str, Any] = {"temperature": 0, "stream": True, "stream_options": options}
        wanted += [
            scene.chat("cap-5-streamed", COUNTING, max_tokens=CAPS[1], **streamed),
            scene.chat("yes-streamed", YES, **streamed),
            scene.chat("uncapped-streamed", COUNTING, max_tokens=..., **streamed),
        ]
    if scene.setting.scope == "gateway":
        wanted.append(scene.chat("long", LONG_COUNTING, temperature=0, max_tokens=...))
        tokens = yes.usage.completion if yes.usage else None
        if tokens and yes.finish_of() == "stop" and tokens < 64:
            wanted.append(scene.chat("tie", YES, temperature=0, max_tokens=tokens))
    yield from together(wanted)


MORE_CEILINGS = Probe("sampling-caps-more", _more, needs=("chat",))
