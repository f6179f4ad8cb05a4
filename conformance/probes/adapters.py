"""Conversations through LoRA adapters, and with names of adapters nobody made. Judges nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from conformance import stopping
from conformance.baseline import COUNTING
from conformance.capability import ABSENT, Found, capability, classify
from conformance.exchange import Request, Setting
from conformance.obtained import refused
from conformance.probe import Probe, Script, Transcript, ask, read, recall, together
from conformance.probes.choices import OPEN
from conformance.probes.stops import SEA
from conformance.scene import Message, Scene

GREETING = "Say hello to a friend."
PROMPTS = (OPEN, SEA, GREETING)
CAP = 24
EXAMPLE = "pirate"
"""The adapter of the contract's examples: asked for where a target lists none."""
NOBODY = "no-such-adapter-7f3a"
LONG = "a" * 65


def base_of(setting: Setting) -> str:
    """Return the base of the model under test, which may itself be `base:adapter`."""
    base, separator, name = setting.model.rpartition(":")
    return base if separator and name in setting.adapters else setting.model


def selectors(setting: Setting) -> list[str]:
    """Return what `model` may say for the first adapter; elsewhere its name alone is a model."""
    name = setting.adapters[0]
    spelt = [f"{base_of(setting)}:{name}"]
    return spelt if setting.scope == "gateway" else [*spelt, name]


def _worn(scene: Scene) -> Script:
    setting = scene.setting
    base, name = base_of(setting), setting.adapters[0]
    selector = ""
    for place, spelt in enumerate(selectors(setting)):
        asked = scene.chat(f"chosen-{place}", GREETING, model=spelt, max_tokens=1)
        if (yield from read(asked, scene)).ok:
            selector = spelt
            break
    if not selector:
        return
    gateway, streams = setting.scope == "gateway", scene.has("streaming")

    def greedy(label: str, place: int, model: str, **parameters: Any) -> Request:
        return scene.chat(
            label, PROMPTS[place], model=model, temperature=0, max_tokens=CAP, **parameters
        )

    # Other prompts only where the first does not tell one voice from the other.
    texts: list[str] = []
    for place in range(len(PROMPTS)):
        own = yield from read(greedy(f"base-{place}", place, base), scene)
        worn = yield from read(greedy(f"adapter-{place}", place, selector), scene)
        texts.append(worn.text_of())
        if own.text_of() != worn.text_of():
            break
    if base == setting.model:
        # What the base said before any adapter was asked for is known.
        counting: dict[str, Any] = {"model": base, "temperature": 0, "max_tokens": CAP}
        yield from ask(scene.chat("base-counting", COUNTING, **counting))
    else:
        yield from ask(greedy("base-after", 0, base))
    if len(setting.adapters) > 1 and selector != name:
        for place, text in enumerate(texts):
            other = greedy(f"other-{place}", place, f"{base}:{setting.adapters[1]}")
            if (yield from read(other, scene)).text_of() != text:
                break
    more = [greedy("both-base", 0, base), greedy("both-adapter", 0, selector)]
    if streams:
        told = {"include_usage": True} if scene.has("usage-in-stream") else ...
        more.append(greedy("adapter-streamed", 0, selector, stream=True, stream_options=told))
    if gateway:
        more.append(greedy("field-0", 0, base, lora=name))
        more.append(scene.chat("twice", GREETING, model=selector, lora=name, max_tokens=1))
        if streams:
            more.append(greedy("field-streamed", 0, base, lora=name, stream=True))
    yield from together(more)
    if gateway:
        mark = stopping.middle_of(texts[0])
        if mark:
            yield from ask(greedy("adapter-stopped", 0, selector, stop=[mark]))
        yield from _under_orders(scene, base, selector)
        clash = setting.adapters[1] if len(setting.adapters) > 1 else NOBODY
        opposed: dict[str, Any] = {"model": selector, "lora": clash, "max_tokens": 1}
        yield from ask(scene.chat("conflict", GREETING, **opposed))
        path = quote(selector, safe="")
        yield from ask(scene.get("detail", f"/models/{path}"))


def _under_orders(scene: Scene, base: str, selector: str) -> Script:
    """Ask base and adapter with a system message, again where they say the same."""
    for place, prompt in enumerate(PROMPTS):
        messages: list[Message] = [
            {"role": "system", "content": "Answer in English."},
            {"role": "user", "content": prompt},
        ]
        greedy: dict[str, Any] = {"temperature": 0, "max_tokens": CAP}
        own = scene.chat(f"ordered-base-{place}", messages, model=base, **greedy)
        worn = scene.chat(f"ordered-adapter-{place}", messages, model=selector, **greedy)
        said = yield from read(own, scene)
        if not said.ok or (yield from read(worn, scene)).text_of() != said.text_of():
            return


WORN = Probe("lora-worn", _worn, needs=("chat", "adapter"))


@capability("lora", on=WORN)
def lora(transcript: Transcript) -> Found:
    """An adapter can be chosen by `model`."""
    chosen = transcript.labelled("chosen-")
    if not chosen:
        return Found(ABSENT, "no adapter was asked for")
    return classify(chosen[-1], bool(chosen[-1].choice_indexes), "an adapter chosen by `model`")


def _unknown(scene: Scene) -> Script:
    base = base_of(scene.setting)

    def asked(label: str, **parameters: Any) -> Request:
        return scene.chat(label, GREETING, **{"model": base, "max_tokens": 1, **parameters})

    yield from recall("baseline/models")
    if not scene.setting.adapters:
        yield from ask(asked("example", model=f"{base}:{EXAMPLE}"))
    wanted = [
        asked("unknown-model", model=f"{base}:{NOBODY}"),
        asked("unknown-field", lora=NOBODY),
        asked("null", lora=None),
        asked("long-model", model=f"{base}:{LONG}"),
        asked("empty-model", model=f"{base}:"),
        asked("empty-field", lora=""),
        asked("type-number", lora=5),
        *_paths(base, scene),
    ]
    if scene.has("streaming"):
        wanted.append(asked("unknown-model-streamed", model=f"{base}:{NOBODY}", stream=True))
        wanted.append(asked("unknown-field-streamed", lora=NOBODY, stream=True))
    yield from together(wanted)


def _paths(base: str, scene: Scene) -> Iterable[Request]:
    turns = [{"role": "user", "content": GREETING}]
    for label, parameters in (
        ("path-up", {"model": f"{base}:../x"}),
        ("path-root", {"model": f"{base}:/etc/passwd"}),
        ("path-up-field", {"model": base, "lora": "../x"}),
        ("path-back-field", {"model": base, "lora": "a\\b"}),
    ):
        body = {"messages": turns, "max_tokens": 1, **parameters}
        yield scene.post(label, json.dumps(body).encode(), ceiling=200)


UNKNOWN = Probe("lora-unknown", _unknown, needs=("chat",))


def chosen_selector(transcript: Transcript) -> str:
    """Return what `model` said where an adapter was chosen; empty where none could be."""
    for reading in transcript.labelled("chosen-"):
        if reading.ok and not refused(reading):
            return str(reading.asked("model"))
    return ""
