"""Conversations with stop texts cut from the target's own answers. Judges nothing."""

from __future__ import annotations

from conformance import stopping
from conformance.baseline import CAP, COUNTING
from conformance.capability import ABSENT, Found, capability, classify
from conformance.exchange import Request
from conformance.probe import Probe, Script, Transcript, ask, read, recall, together
from conformance.probes.stream import LINES
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
    yield from recall("baseline/plain")
    # The second leaves no text at all, which is an answer like any other.
    first = stopping.beginning_of(scene.setting.greedy)
    yield from together(
        scene.chat(label, COUNTING, max_tokens=CAP, temperature=0, stop=stop)
        for label, stop in (("text", mark), ("list", [first or mark]))
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


NEWLINE = "newline"
"""Label of the request for one line."""
HARMLESS = "harmless"
"""What the label ends with of a request whose stop texts stand nowhere in the answer."""


def _stops(scene: Scene) -> Script:
    greedy = scene.setting.greedy
    mark = stopping.middle_of(greedy)
    if not mark:
        return
    late, wide = stopping.piece_near(greedy, 0.85), stopping.middle_of(greedy, 9)
    first = late if late and late != mark else SPARE[2]
    wanted: list[tuple[str, str | list[str], bool]] = [
        ("place-2", [first, mark, *SPARE[:2]], False),
        ("place-4", [*SPARE, mark], True),
        ("wide", wide, True),
    ]
    yield from together(_requests(scene, COUNTING, CAP, wanted))
    prompted = [IN_PROMPT] if IN_PROMPT not in greedy else []
    alone = {
        "pattern": stopping.patterns(greedy),
        "unseen": [stopping.held_back(greedy)],
        "in-prompt": prompted,
    }
    yield from _harmless(scene, HARMLESS, COUNTING, CAP, greedy, alone)
    yield from ask(_request(scene, NEWLINE, LINES, 40, ["\n"]))


STOPS = Probe("sampling-stops", _stops, needs=("chat", "stop"))


def _words(scene: Scene) -> Script:
    sea = yield from read(scene.chat("sea", SEA, temperature=0), scene)
    foreign = yield from read(scene.chat("foreign", FOREIGN, temperature=0), scene)
    text, other = sea.text_of(), foreign.text_of()
    stream = scene.has("streaming")
    wanted: list[tuple[str, str | list[str], bool]] = [
        ("sea-blank", [stopping.edged_by_blank(text)], False),
    ]
    requests = _requests(scene, SEA, 64, wanted)
    inside = stopping.inside_word(text)
    if inside:
        requests.append(_request(scene, "sea-inside", SEA, 64, [inside], stream=stream))
    yield from together(requests)
    alone = {
        "sea-case": [stopping.other_case(text)],
        "sea-unseen": [stopping.held_back(text)],
    }
    yield from _harmless(scene, f"sea-{HARMLESS}", SEA, 64, text, alone, stream=stream)
    wanted = [("foreign-inside", [stopping.beyond_ascii(other)], False)]
    yield from together(_requests(scene, FOREIGN, 64, wanted))


WORDS = Probe("sampling-stop-words", _words, needs=("chat", "stop", "deterministic"))


def _harmless(
    scene: Scene,
    label: str,
    prompt: str,
    cap: int,
    own: str,
    alone: dict[str, list[str]],
    *,
    stream: bool = False,
) -> Script:
    """Ask with all stop texts that must take nothing away; with each where something is lost."""
    stops = [stop for each in alone.values() for stop in each[:2] if stop][:4]
    if not stops:
        return
    reading = yield from read(_request(scene, label, prompt, cap, stops, stream=stream), scene)
    if reading.ok and reading.text_of().rstrip() == own.rstrip():
        return
    wanted: list[tuple[str, str | list[str], bool]] = [
        (name, each, name.endswith("unseen")) for name, each in alone.items()
    ]
    yield from together(_requests(scene, prompt, cap, wanted))


def _requests(
    scene: Scene, prompt: str, cap: int, wanted: list[tuple[str, str | list[str], bool]]
) -> list[Request]:
    """Return a request for each list of stop texts, and a streamed one where the flag says so."""
    made = []
    for label, stops, both in wanted:
        if all(stops) and stops:
            made.append(_request(scene, label, prompt, cap, stops))
            if both and scene.has("streaming"):
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
