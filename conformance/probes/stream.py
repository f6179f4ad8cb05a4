"""Conversations about what a stream says: beside the same in one piece, left early, resumed.

Judge nothing.
"""

from __future__ import annotations

from typing import Any

from conformance.baseline import CAP, COUNTING
from conformance.capability import Found, capability, classify
from conformance.exchange import Manner
from conformance.modes import ACCENTS, EMOJI, both, streamed
from conformance.probe import Probe, Script, Transcript, ask, read, recall, together, wait
from conformance.probes.always import counted
from conformance.probes.response import WEATHER
from conformance.reading import Reading
from conformance.scene import Scene

LINES = (
    "Repeat exactly: one fish\ntwo fish\n\n    red fish\n\tblue  fish\n"
    '<b>"end" & \\more</b>\n\n'
    "The keeper of the old lighthouse climbs one hundred and twelve stairs before sunset, cleans "
    "the great lantern with a linen cloth, winds the heavy clock, and writes the direction of the "
    "wind into a green notebook. When fog comes over the harbour, fishing boats listen for the "
    "iron bell, turn slowly towards the northern pier, and wait there until morning brings clearer "
    "weather. Visitors may borrow binoculars, watch passing ships, ask about shipwrecks, and drink "
    "strong coffee beside the stove."
)
"""Blanks of every kind, signs that JSON and pages escape, and an answer long enough to show a cut
after some hundred characters. One task only: there is no counting in it, which simple engines would
take for theirs."""
NUMBERED = "Count from 1 to 30 in digits, one number on each line. Write nothing else."


def _texts(scene: Scene) -> Script:
    yield from both(scene, "emoji", EMOJI.prompt, max_tokens=80)
    yield from both(scene, "accents", ACCENTS.prompt, max_tokens=64)
    yield from both(scene, "lines", LINES)
    yield from both(scene, "numbered", NUMBERED, max_tokens=40)


TEXTS = Probe("stream-texts", _texts, needs=("streaming",))

LEFT = 7
"""Hundreds that the streams count in which are left early."""


def _left(scene: Scene) -> Script:
    greedy: dict[str, Any] = {"temperature": 0, "max_tokens": CAP}
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
    yield from ask(scene.chat("after-streamed", COUNTING, stream=True, **greedy))
    yield from wait(0.6, "a server may take a moment to see that a client left")
    yield from ask(scene.chat("later-streamed", COUNTING, stream=True, **greedy))
    yield from ask(scene.chat("later", COUNTING, **greedy))


LEFT_EARLY = Probe("streams-left-early", _left, needs=("streaming",), alone=True)


def _resumed(scene: Scene) -> Script:
    """The header is sent a second time only where the first stream was another one."""
    before = yield from recall(f"baseline/{streamed('plain')}")
    for label in ("resumed", "resumed-again"):
        request = scene.chat(
            label,
            COUNTING,
            temperature=0,
            max_tokens=CAP,
            stream=True,
            headers={"Last-Event-ID": "3"},
        )
        reading = yield from read(request, scene)
        if all(Reading(each, scene.setting).text_of() == reading.text_of() for each in before):
            return


RESUMED = Probe("stream-resumed", _resumed, needs=("streaming",))

FORMS: dict[str, object] = {"empty": {}, "false": {"include_usage": False}}


def _forms(scene: Scene) -> Script:
    for label, options in FORMS.items():
        yield from ask(
            scene.chat(label, "Say hello.", max_tokens=8, stream=True, stream_options=options)
        )


OPTIONS = Probe("stream-options", _forms, needs=("streaming",))


def _failing(scene: Scene) -> Script:
    yield from ask(
        scene.chat("failing", "hi", stream=True, authorization="Bearer {failing_upstream}")
    )


FAILING = Probe(
    "failing-stream", _failing, needs=("streaming", "key-failing-upstream"), may_fail=True
)


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
