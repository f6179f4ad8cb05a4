"""Conversations about what a stream says: the same request in both modes, side by side, cut off.

Judge nothing; where the two modes disagree, both are asked again, so that a judge can tell a
target's own variation from a defect.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.baseline import CAP, COUNTING
from conformance.capability import Found, capability, classify
from conformance.exchange import Manner
from conformance.modes import ACCENTS, EMOJI, SEEDED, disagree, plain, streamed
from conformance.probe import Probe, Script, Transcript, ask, read, together, wait
from conformance.scene import Message, Scene

LINES = "Repeat exactly: one fish\ntwo fish\n\n    red fish\n\tblue  fish\nend"
NUMBERED = "Count from 1 to 30 in digits, one number on each line. Write nothing else."
LONG = "Count from 1 to 200 in digits, separated by single spaces. Write nothing else."
ROUNDS = 2
"""How often both modes are asked again where they disagree."""


def _both(scene: Scene, name: str, messages: str | Sequence[Message], **asked: Any) -> Script:
    """Ask in both modes; `streaming` holds what only the streamed request has."""
    streaming = {"stream": True, **asked.pop("streaming", {})}
    asked = {"temperature": 0, **asked}
    first = yield from read(scene.chat(plain(name), messages, **asked), scene)
    second = yield from read(scene.chat(streamed(name), messages, **asked, **streaming), scene)
    differs = disagree(first, second) and scene.has("deterministic")
    if not (differs or (second.ok and second.error)):
        return
    for place in range(1, ROUNDS + 1):
        yield from ask(scene.chat(plain(name, place), messages, **asked))
        yield from ask(scene.chat(streamed(name, place), messages, **asked, **streaming))


def _texts(scene: Scene) -> Script:
    usage = {"stream_options": {"include_usage": True}}
    yield from _both(scene, "digits", COUNTING, max_tokens=40, streaming=usage)
    yield from _both(scene, "emoji", EMOJI.prompt, max_tokens=80)
    yield from _both(scene, "accents", ACCENTS.prompt, max_tokens=64)
    yield from _both(scene, "lines", LINES)
    yield from _both(scene, "numbered", NUMBERED, max_tokens=40)


TEXTS = Probe("stream-texts", _texts, needs=("streaming",))


def _shapes(scene: Scene) -> Script:
    system: list[Message] = [
        {"role": "system", "content": "You are a terse guide. Answer in one short sentence."},
        {"role": "user", "content": "What is a lighthouse for?"},
    ]
    turns: list[Message] = [
        {"role": "user", "content": "My favourite colour is teal."},
        {"role": "assistant", "content": "Noted."},
        {"role": "user", "content": "Which colour did I name, and why do people like it?"},
    ]
    yield from _both(scene, "long", LONG, max_tokens=110)
    yield from _both(scene, "one-token", COUNTING, max_tokens=1)
    # The official clients ask for JSON even where they ask for a stream.
    accepting = {"headers": {"Accept": "application/json"}}
    yield from _both(scene, "greeting", "Say hello.", streaming=accepting)
    yield from _both(scene, "logprobs", "Say hello.", max_tokens=8, logprobs=True, top_logprobs=2)
    yield from _both(scene, "system", system, max_tokens=40)
    yield from _both(scene, "turns", turns, max_tokens=40)


SHAPES = Probe("stream-shapes", _shapes, needs=("streaming",))


def _choices(scene: Scene) -> Script:
    usage = {"stream_options": {"include_usage": True}}
    yield from _both(scene, "two", NUMBERED, max_tokens=24, n=2, streaming=usage)
    yield from _both(scene, "three", "Say hello.", max_tokens=24, n=3)
    yield from _both(
        scene, SEEDED, "Tell a long story of the sea.", max_tokens=32, n=2, temperature=1, seed=7
    )


CHOICES = Probe("stream-choices", _choices, needs=("streaming",))


def counted(place: int) -> str:
    """Return a prompt whose answer holds numbers that no other answer here holds."""
    return f"Count from {place}00 to {place}60 in digits, separated by single spaces."


BESIDE = (1, 3, 5)
"""Hundreds that the streams of one moment count in."""


def _beside(scene: Scene) -> Script:
    for place in BESIDE:
        yield from ask(
            scene.chat(f"alone-{place}", counted(place), max_tokens=24, temperature=0, stream=True)
        )
    for again in ("", "-again"):
        yield from together(
            scene.chat(
                f"beside-{place}{again}",
                counted(place),
                max_tokens=24,
                temperature=0,
                stream=True,
            )
            for place in BESIDE
        )


BESIDE_EACH_OTHER = Probe("streams-at-once", _beside, needs=("streaming",))

LEFT = 7
"""Hundreds that the streams count in which are left early."""


def _left(scene: Scene) -> Script:
    yield from together(
        scene.chat(
            f"left-{place}",
            counted(LEFT),
            max_tokens=96,
            stream=True,
            manner=Manner(close_after_events=3),
        )
        for place in (1, 2, 3)
    )
    yield from ask(scene.chat("after", COUNTING, temperature=0, max_tokens=CAP))
    yield from ask(
        scene.chat("after-streamed", COUNTING, temperature=0, max_tokens=CAP, stream=True)
    )
    yield from wait(0.6, "a server may take a moment to see that a client left")
    yield from ask(
        scene.chat("later-streamed", COUNTING, temperature=0, max_tokens=CAP, stream=True)
    )
    yield from ask(scene.chat("later", COUNTING, temperature=0, max_tokens=CAP))


LEFT_EARLY = Probe("streams-left-early", _left, needs=("streaming",), alone=True)


def _resumed(scene: Scene) -> Script:
    for label, headers in (("plain", None), ("resumed", {"Last-Event-ID": "3"})):
        for again in ("", "-again"):
            yield from ask(
                scene.chat(
                    label + again,
                    COUNTING,
                    temperature=0,
                    max_tokens=24,
                    stream=True,
                    headers=headers,
                )
            )


RESUMED = Probe("stream-resumed", _resumed, needs=("streaming",))

FORMS: dict[str, object] = {"null": None, "empty": {}, "false": {"include_usage": False}}


def _forms(scene: Scene) -> Script:
    for label, options in FORMS.items():
        yield from ask(
            scene.chat(label, "Say hello.", max_tokens=8, stream=True, stream_options=options)
        )


OPTIONS = Probe("stream-options", _forms, needs=("streaming",))


def _refused(scene: Scene) -> Script:
    yield from ask(scene.chat("unknown-model", "hi", model="no/such-model", stream=True))
    yield from ask(scene.chat("no-messages", [], stream=True))
    yield from ask(scene.chat("hot", "hi", temperature="hot", stream=True))


REFUSED = Probe("refused-streams", _refused, needs=("streaming",))


def _failing(scene: Scene) -> Script:
    yield from ask(
        scene.chat("failing", "hi", stream=True, authorization="Bearer {failing_upstream}")
    )


FAILING = Probe(
    "failing-stream", _failing, needs=("streaming", "key-failing-upstream"), may_fail=True
)

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


def _tools(scene: Scene) -> Script:
    yield from ask(
        scene.chat(
            "tools",
            "What is the weather in Oslo, and what is it in Rome? Ask for both at once.",
            tools=[WEATHER],
            tool_choice="auto",
            temperature=0,
            stream=True,
        )
    )


TOOLS = Probe("streamed-tools", _tools, needs=("streaming",))


@capability("streamed-tools", on=TOOLS)
def streamed_tools(transcript: Transcript) -> Found:
    """A stream calls the tools that a request offers."""
    reading = transcript["tools"]
    called = any(choice.tool_calls for choice in reading.stream.choices)
    return classify(reading, called, "tools offered to a stream")
