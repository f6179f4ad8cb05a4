"""Conversations about whose answer comes back: unlike questions, in a row and at once."""

from __future__ import annotations

from typing import Any

from conformance.baseline import COUNTING
from conformance.probe import Probe, Script, ask, together
from conformance.scene import Message, Scene

TOPICS = ("a lighthouse keeper", "a slow river", "an old violin", "a desert railway")
AT_ONCE_LABELS = tuple(f"at-once-{place}" for place in range(len(TOPICS)))
STREAM_LABELS = tuple(f"streams-{place}" for place in range(3))
CAP = 16
SHORT = 6
"""Tokens in which nobody counts to sixty."""
ROOM = 64
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
UNICODE = "Grüße, 漢字, ñandú, 😀"
SHARED = (
    "Here is a note that many callers send before their own question, so that it stands first in "
    "every prompt. It says nothing of importance, it is the same each time, and it is there only "
    "because a template puts it there. Read it, forget it, and then do as you are told. "
)
"""Over 200 characters that two prompts have in common."""
WORDS = ("tulip", "maple")
"""As long as each other, so that nothing but the word tells the prompts apart."""


def about(topic: str) -> str:
    """Return a prompt whose answer nobody takes for another's."""
    return f"Write one sentence about {topic}."


def late(word: str) -> str:
    """Return a prompt that differs from its sibling only at its end."""
    return f"{SHARED}Write one sentence about a {word}."


def history(word: str) -> list[Message]:
    """Return a conversation that differs from its sibling only in its first turn."""
    return [
        {"role": "user", "content": f"Say this word and nothing else: {word}"},
        {"role": "assistant", "content": word},
        {"role": "user", "content": "Which word was it? Tell me once more."},
    ]


def _answers(scene: Scene) -> Script:
    greedy: dict[str, Any] = {"temperature": 0, "max_tokens": CAP}
    yield from together(
        [
            scene.chat("at-once-counting", COUNTING, **greedy),
            *(
                scene.chat(f"at-once-{place}", about(topic), **greedy)
                for place, topic in enumerate(TOPICS)
            ),
        ]
    )
    if scene.has("streaming"):
        yield from together(
            [
                scene.chat("streams-counting", COUNTING, stream=True, **greedy),
                *(scene.chat(f"streams-{place}", about(topic), stream=True, **greedy)
                  for place, topic in enumerate(TOPICS[:3])),
            ]
        )  # fmt: skip
    for word in WORDS:
        yield from ask(scene.chat(f"late-{word}", late(word), **greedy))
    for word in WORDS:
        yield from ask(scene.chat(f"turns-{word}", history(word), **greedy))
    yield from ask(scene.chat("unicode", f"Repeat exactly: {UNICODE}", temperature=0))
    yield from ask(scene.chat("brief", "Reply with the word ok.", temperature=0, max_tokens=ROOM))
    yield from ask(scene.chat("cut", COUNTING, temperature=0, max_tokens=SHORT))
    yield from ask(scene.chat("cut-two", COUNTING, temperature=0, max_tokens=SHORT, n=2))
    yield from ask(scene.chat("digits", "Repeat exactly: 4711", temperature=0))
    if scene.setting.scope != "gateway":
        yield from ask(scene.chat("tools", "What is the weather in Oslo?", tools=[WEATHER]))
    for label, value in (("false", False), ("null", None)):
        yield from ask(scene.chat(label, "Say hello.", stream=value, max_tokens=4))


ANSWERS = Probe("response-answers", _answers, needs=("chat",))


def _after(scene: Scene) -> Script:
    greedy: dict[str, Any] = {"temperature": 0, "max_tokens": CAP}
    yield from ask(scene.chat("first", about(TOPICS[0]), **greedy))
    yield from ask(scene.post("refused", b'{"model": '))
    yield from ask(scene.chat("counting", COUNTING, **greedy))
    yield from ask(scene.chat("refused-model", "Say hello.", model="no-such-model-at-all"))
    yield from ask(scene.chat("last", about(TOPICS[1]), **greedy))


AFTER = Probe("response-after-refusals", _after, needs=("chat",))
