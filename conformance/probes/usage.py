"""Conversations about token counts. One word is repeated, so that no tokenizer is needed."""

from __future__ import annotations

from conformance.capability import Found, capability, classify
from conformance.modes import both
from conformance.probe import Probe, Script, Transcript, ask, together
from conformance.scene import Message, Scene

ORDER = "Reply with the word ok."
REPEATS = (10, 23, 40)
"""Steps that are no multiples of each other, so that counts rounded to blocks show."""


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
        {"role": "user", "content": order(REPEATS[0])},
    ]
    prompts: list[tuple[str, str | list[Message]]] = [
        *((f"words-{count}", order(count)) for count in REPEATS),
        ("system", system),
        ("turns", _turns(10, 10)),
        ("turns-first-longer", _turns(30, 10)),
        ("turns-answer-longer", _turns(10, 30)),
        ("parts", _parts(30)),
    ]
    if scene.setting.scope == "gateway":
        answered: list[Message] = [*_said(ORDER), {"role": "assistant", "content": "ok"}]
        prompts += [("bare", ORDER), ("conversation", [*answered, *_said(ORDER)]), ("word", "ok")]
    yield from together(
        scene.chat(label, messages, max_tokens=1, temperature=0) for label, messages in prompts
    )
    yield from ask(scene.chat("sampled", order(10), max_tokens=2, temperature=1, top_p=0.5, seed=5))


PROMPTS = Probe("usage-prompts", _prompts, needs=("usage",))


@capability("content-parts", on=PROMPTS)
def content_parts(transcript: Transcript) -> Found:
    """`content` may be a list of text parts."""
    reading = transcript["parts"]
    return classify(reading, bool(reading.choice_indexes), "content as a list of text parts")


def _everything(scene: Scene) -> list[Message]:
    """Return a conversation whose answer, and whose count, leans on every message of it."""
    brief = "You are a terse guide. Answer in one short sentence."
    system: list[Message] = [{"role": "system", "content": brief}]
    return [
        *(system if scene.has("system-role") else []),
        {"role": "user", "content": "My favourite colour is teal."},
        {"role": "assistant", "content": "Noted."},
        {"role": "user", "content": "Which colour did I name, and why do people like it?"},
    ]


def _streams(scene: Scene) -> Script:
    told = {"stream_options": {"include_usage": True}}
    yield from both(scene, "conversation", _everything(scene), max_tokens=40, streaming=told)


STREAMS = Probe("usage-streams", _streams, needs=("streaming",), uses=("system-role",))
