"""Conversations about token counts. One word is repeated, so that no tokenizer is needed."""

from __future__ import annotations

from conformance.baseline import COUNTING
from conformance.capability import Found, capability, classify
from conformance.probe import Probe, Script, Transcript, ask, read, together
from conformance.scene import Message, Scene
from conformance.stopping import middle_of

ORDER = "Reply with the word ok."
REPEATS = (10, 20, 30, 40)
STEP = 10
"""Words between two neighbours of REPEATS."""
CAPS = (4, 24)
STREAM_CAP = 5
CHOICES_CAP = 5


def order(words: int) -> str:
    """Return a prompt that holds one word so many times."""
    return ORDER + " apple" * words


def _turns(first: int, answer: int) -> list[Message]:
    return [
        {"role": "user", "content": order(first)},
        {"role": "assistant", "content": "ok" + " apple" * answer},
        {"role": "user", "content": ORDER},
    ]


def _said(text: str) -> list[Message]:
    return [{"role": "user", "content": text}]


def _parts(words: int) -> list[Message]:
    parts = [{"type": "text", "text": ORDER}, {"type": "text", "text": " apple" * words}]
    return [{"role": "user", "content": parts}]


def _prompts(scene: Scene) -> Script:
    system: list[Message] = [
        {"role": "system", "content": "Answer in English, and be brief."},
        {"role": "user", "content": ORDER},
    ]
    prompts: list[tuple[str, str | list[Message]]] = [
        ("bare", ORDER),
        *((f"words-{count}", order(count)) for count in REPEATS),
        ("words-10-again", order(10)),
        ("system", system),
        ("turns", _turns(10, 10)),
        ("turns-first-longer", _turns(30, 10)),
        ("turns-answer-longer", _turns(10, 30)),
        ("parts", _parts(10)),
        ("parts-longer", _parts(30)),
        ("conversation", [*_said(ORDER), {"role": "assistant", "content": "ok"}, *_said(ORDER)]),
        ("word", "ok"),
    ]
    yield from together(
        scene.chat(label, messages, max_tokens=1, temperature=0) for label, messages in prompts
    )
    yield from ask(scene.chat("sampled", order(10), max_tokens=2, temperature=1, top_p=0.5, seed=5))
    both = [("overlap-short", order(10)), ("overlap-long", order(40))] * 2
    yield from together(
        scene.chat(f"{label}-{place}", text, max_tokens=1, temperature=0)
        for place, (label, text) in enumerate(both)
    )


PROMPTS = Probe("usage-prompts", _prompts, needs=("usage",))


@capability("content-parts", on=PROMPTS)
def content_parts(transcript: Transcript) -> Found:
    """`content` may be a list of text parts."""
    reading = transcript["parts"]
    return classify(reading, bool(reading.choice_indexes), "content as a list of text parts")


def _completions(scene: Scene) -> Script:
    text = ""
    for cap in CAPS:
        request = scene.chat(f"cap-{cap}", COUNTING, max_tokens=cap, temperature=0)
        text = (yield from read(request, scene)).text_of()
    for cap in (32, 64):
        yield from ask(scene.chat(f"short-{cap}", ORDER, max_tokens=cap, temperature=0))
    cut = middle_of(text)
    if cut and scene.has("deterministic"):
        yield from ask(
            scene.chat("stopped", COUNTING, max_tokens=CAPS[-1], temperature=0, stop=[cut])
        )


COMPLETIONS = Probe("usage-completions", _completions, needs=("usage",))


def _everything(scene: Scene) -> list[Message]:
    """Return a conversation with all that can be left out of a count."""
    system: list[Message] = [{"role": "system", "content": "Answer in English, and be brief."}]
    return [*(system if scene.has("system-role") else []), *_turns(10, 10)]


def _streams(scene: Scene) -> Script:
    asked = {"include_usage": True}
    yield from ask(
        scene.chat(
            "capped",
            COUNTING,
            max_tokens=STREAM_CAP,
            temperature=0,
            stream=True,
            stream_options=asked,
        )
    )
    yield from ask(
        scene.chat(
            "long-prompt",
            _everything(scene),
            max_tokens=2,
            temperature=0,
            stream=True,
            stream_options=asked,
        )
    )
    yield from ask(scene.chat("long-prompt-whole", _everything(scene), max_tokens=2, temperature=0))
    for label, options in (("declined", {"include_usage": False}), ("empty", {})):
        yield from ask(
            scene.chat(
                label, ORDER, max_tokens=4, temperature=0, stream=True, stream_options=options
            )
        )


STREAMS = Probe("usage-streams", _streams, needs=("streaming",))


def _choices(scene: Scene) -> Script:
    yield from ask(scene.chat("one", COUNTING, max_tokens=CHOICES_CAP, temperature=0.2))
    yield from ask(scene.chat("two", COUNTING, max_tokens=CHOICES_CAP, temperature=0.2, n=2))
    if scene.has("usage-in-stream"):
        yield from ask(
            scene.chat(
                "two-streamed",
                COUNTING,
                max_tokens=CHOICES_CAP,
                temperature=0.2,
                n=2,
                stream=True,
                stream_options={"include_usage": True},
            )
        )


CHOICES = Probe("usage-choices", _choices, needs=("usage", "n"))
