"""Conversations with stop texts cut from the target's own answers. Judges nothing."""

from __future__ import annotations

from conformance import stopping
from conformance.baseline import CAP, COUNTING
from conformance.capability import ABSENT, Found, capability, classify
from conformance.exchange import Request
from conformance.probe import Probe, Script, Transcript, ask, read, together
from conformance.reading import Reading
from conformance.scene import Scene

SEA = "Write one sentence about the sea."
FOREIGN = "Repeat exactly: Grüße aus Kyōto, 東京 und Łódź 🎈 zum Ende"
SPARE = ["\u2690\u2690", "\u2694\u2694", "\u2699\u2699"]
"""Texts that no answer holds."""
IN_PROMPT = "separated by"
"""A part of the baseline's prompt that an answer in digits does not hold."""


def _stop(scene: Scene) -> Script:
    mark = stopping.middle_of(scene.setting.greedy)
    if not mark:
        return
    yield from together(
        scene.chat(label, COUNTING, max_tokens=CAP, temperature=0, stop=stop)
        for label, stop in (("text", mark), ("list", [mark]))
    )


STOP = Probe("sampling-stop", _stop, needs=("chat",))


def _acts(transcript: Transcript, label: str) -> Found:
    reading = transcript.get(label)
    if reading is None:
        return Found(ABSENT, "no answer to cut a stop text from")
    return classify(reading, not ran_past(reading), f"stop given as a {label}")


@capability("stop", on=STOP)
def stop_text(transcript: Transcript) -> Found:
    """A stop text given as a string ends the answer."""
    return _acts(transcript, "text")


@capability("stop-list", on=STOP)
def stop_list(transcript: Transcript) -> Found:
    """A stop text given in a list ends the answer."""
    return _acts(transcript, "list")


def ran_past(reading: Reading) -> bool:
    """Tell whether an answer goes on after one of the stop texts it was asked to end at."""
    stops = stopping.texts(reading.asked("stop"))
    return any(
        0 <= (text := reading.text_of(index)).find(stop) < len(text) - len(stop)
        for stop in stops
        for index in set(reading.choice_indexes)
    )


def _stops(scene: Scene) -> Script:
    greedy, streams = scene.setting.greedy, scene.has("streaming")
    mark = stopping.middle_of(greedy)
    if not mark:
        return
    late, wide = stopping.piece_near(greedy, 0.85), stopping.middle_of(greedy, 9)
    wanted: list[tuple[str, list[str], bool]] = [
        ("place-2", [SPARE[0], mark, *SPARE[1:]], False),
        ("place-4", [*SPARE, mark], True),
        ("earliest", [late, mark] if late and late != mark else [], False),
        ("wide", [wide], True),
        ("blank", [stopping.edged_by_blank(greedy)], False),
        ("pattern", stopping.patterns(greedy), False),
        ("unseen", [stopping.held_back(greedy)], False),
        ("in-prompt", [IN_PROMPT] if IN_PROMPT not in greedy else [], False),
    ]
    yield from together(_requests(scene, COUNTING, CAP, wanted, streams))
    if streams:
        yield from ask(_request(scene, "text-streamed", COUNTING, CAP, mark, stream=True))


STOPS = Probe("sampling-stops", _stops, needs=("chat", "stop"))


def _words(scene: Scene) -> Script:
    streams = scene.has("streaming")
    sea = yield from read(scene.chat("sea", SEA, temperature=0), scene)
    foreign = yield from read(scene.chat("foreign", FOREIGN, temperature=0), scene)
    text, other = sea.text_of(), foreign.text_of()
    wanted: list[tuple[str, list[str], bool]] = [
        ("sea-inside", [stopping.inside_word(text)], False),
        ("sea-case", [stopping.other_case(text)], False),
        ("sea-blank", [stopping.edged_by_blank(text)], False),
        ("sea-unseen", [stopping.held_back(text)], True),
    ]
    yield from together(_requests(scene, SEA, 64, wanted, streams))
    wanted = [("foreign-inside", [stopping.beyond_ascii(other)], False)]
    yield from together(_requests(scene, FOREIGN, 64, wanted, streams))


WORDS = Probe("sampling-stop-words", _words, needs=("chat", "stop", "deterministic"))


def _requests(
    scene: Scene,
    prompt: str,
    cap: int,
    wanted: list[tuple[str, list[str], bool]],
    streams: bool,
) -> list[Request]:
    """Return a request for each list of stop texts, and a streamed one where the flag says so."""
    made = []
    for label, stops, both in wanted:
        if all(stops) and stops:
            made.append(_request(scene, label, prompt, cap, stops))
            if both and streams:
                made.append(_request(scene, f"{label}-streamed", prompt, cap, stops, stream=True))
    return made


def _request(
    scene: Scene,
    label: str,
    prompt: str,
    cap: int,
    stop: str | list[str],
    *,
    stream: bool = False,
) -> Request:
    streamed: bool | object = True if stream else ...
    return scene.chat(label, prompt, max_tokens=cap, temperature=0, stop=stop, stream=streamed)


def whole(transcript: Transcript, reading: Reading) -> str:
    """Return the target's greedy answer to the prompt of an exchange, without its stop texts."""
    for label in ("sea", "foreign"):
        if reading.exchange.request.label.startswith(label):
            return transcript.answered(label).text_of()
    return transcript.setting.greedy
