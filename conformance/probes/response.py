"""A conversation about the answer in one piece: whose it is, and in which form it comes."""

from __future__ import annotations

from typing import Any

from conformance.probe import Probe, Script, ask
from conformance.scene import Scene

CAP = 16
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
SHARED = (
    "Here is a note that many callers send before their own question, so that it stands first in "
    "every prompt. It says nothing of importance, it is the same each time, and it is there only "
    "because a template puts it there. Read it, forget it, and then do as you are told. "
)
"""Over 200 characters that two prompts have in common."""
WORDS = ("tulip", "maple")
"""As long as each other, so that nothing but the word tells the prompts apart."""


def late(word: str) -> str:
    """Return a prompt that differs from its sibling only at its end."""
    return f"{SHARED}Write one sentence about a {word}."


def _answers(scene: Scene) -> Script:
    greedy: dict[str, Any] = {"temperature": 0, "max_tokens": CAP}
    for word in WORDS:
        yield from ask(scene.chat(f"late-{word}", late(word), **greedy))
    if scene.setting.scope != "gateway":
        yield from ask(scene.chat("tools", "What is the weather in Oslo?", tools=[WEATHER]))
    # An answer of digits alone may be taken for a number on its way.
    for label, value in (("false", False), ("null", None)):
        yield from ask(scene.chat(label, "Repeat exactly: 4711", temperature=0, stream=value))


ANSWERS = Probe("response-answers", _answers, needs=("chat",))
