"""Baseline: the first conversation of every run, which most relations lean on."""

from __future__ import annotations

from typing import Any

from conformance.capability import ABSENT, EFFECTIVE, Found, capability, classify
from conformance.listing import model_ids
from conformance.modes import streamed, twin
from conformance.probe import Probe, Script, Transcript, ask, read
from conformance.scene import Scene

COUNTING = "Count from 1 to 60 in digits, separated by single spaces. Write nothing else."
"""A 7B model and a mock both answer it at length, and in more than one token a piece."""
CAP = 48


def _open(scene: Scene) -> Script:
    yield from ask(scene.get("models", "/models"))
    greedy: dict[str, Any] = {"temperature": 0, "max_tokens": CAP}
    plain = yield from read(scene.chat("plain", COUNTING, **greedy), scene)
    if plain.status is not None and plain.status >= 500:
        # Whether it is down, or stumbles over a parameter that every other request has too.
        yield from ask(scene.chat("bare", COUNTING))
    yield from ask(scene.chat("again", COUNTING, **greedy))
    yield from twin(scene, plain, "plain", COUNTING, **greedy)
    yield from ask(
        scene.chat(
            "streamed",
            COUNTING,
            temperature=0,
            max_tokens=CAP,
            stream=True,
            stream_options={"include_usage": True},
        )
    )


BASELINE = Probe("baseline", _open)


@capability("chat", on=BASELINE)
def chat(transcript: Transcript) -> Found:
    """A chat request is answered with a completion."""
    bare = transcript.get("bare")
    reading = bare if bare is not None and bare.ok else transcript["plain"]
    return classify(reading, bool(reading.choice_indexes), "a chat request")


@capability("streaming", on=BASELINE)
def streaming(transcript: Transcript) -> Found:
    """`stream: true` is answered with server-sent events."""
    reading = transcript[streamed("plain")]
    return classify(reading, reading.looks_like_sse or bool(reading.events), "stream: true")


@capability("usage", on=BASELINE)
def usage(transcript: Transcript) -> Found:
    """A completion carries a usage object."""
    reading = transcript["plain"]
    return classify(reading, reading.usage is not None, "usage of a completion")


@capability("usage-in-stream", on=BASELINE)
def usage_in_stream(transcript: Transcript) -> Found:
    """`stream_options.include_usage` brings a usage object into the stream."""
    reading = transcript["streamed"]
    return classify(reading, reading.usage is not None, "stream_options.include_usage")


@capability("deterministic", on=BASELINE)
def deterministic(transcript: Transcript) -> Found:
    """Two greedy answers to one request are the same."""
    first, second = transcript.answered("plain"), transcript.answered("again")
    same = bool(first.text_of()) and first.text_of() == second.text_of()
    words = "two answers at temperature 0 are the same" if same else "greedy answers differ"
    return Found(EFFECTIVE if same else ABSENT, words, second.exchange.id)


@capability("model-list", on=BASELINE)
def model_list(transcript: Transcript) -> Found:
    """`GET /models` lists models."""
    reading = transcript["models"]
    if reading.status in (404, 405, 501):
        return Found(ABSENT, f"status {reading.status}", reading.exchange.id)
    return classify(reading, bool(model_ids(reading)), "GET /models")
