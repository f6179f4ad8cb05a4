"""Conversations about the context window. Prompts are sized by the target's own counts.

About a dozen requests, of which only those that fit cost tokens: ten times the window or so. On
disagreement about the edge, six more bisect it; where a refusal came at a second try only, ten more
look whether that was chance.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from conformance.baseline import COUNTING
from conformance.exchange import Request
from conformance.probe import Answer, Probe, Script, Step, ask, read, recall
from conformance.reading import Reading
from conformance.scene import Message, Scene

TASK = "Reply with the word ok."
FILLER = " a"
"""One token in every tokenizer we know, so that a prompt can end exactly at an edge."""
FIRST_SIZE = 200
ROOM = 64
"""Tokens left free by a nearly full prompt, for the answer."""
SHORT_OF = 32
"""Tokens by which a prompt may miss a claimed edge that no contract states exactly."""
RECALL_CAP = 12
BISECTIONS = 6
SUSPECTED = 10
"""How often an overflow is sent that was refused at a second try only."""
FIRST_WORDS = ("Tulip", "Maple")


@dataclass(slots=True)
class Size:
    """What a filler word and the rest of the prompt cost, as far as the target told."""

    per_word: float = 1.0
    rest: float = 24.0

    def words(self, tokens: int) -> int:
        """Return how many filler words make a prompt of at most so many tokens."""
        return max(int((tokens - self.rest) / self.per_word), 1)

    def learn(self, words: int, tokens: int) -> None:
        """Take the first measurement: the rest is small against two hundred words.

        A count that hardly grows is a lie, and must not make prompts of megabytes.
        """
        self.per_word = max(tokens // words, 1) if tokens >= words else max(tokens / words, 0.25)
        self.rest = max(tokens - words * self.per_word, 0)

    def refine(self, first: tuple[int, int], second: tuple[int, int]) -> None:
        """Take two measurements of (words, tokens)."""
        if second[0] > first[0] and second[1] > first[1]:
            self.per_word = max((second[1] - first[1]) / (second[0] - first[0]), 0.25)
            self.rest = max(first[1] - first[0] * self.per_word, 0)


def filled(words: int) -> str:
    """Return a prompt with so many filler words."""
    return TASK + FILLER * words


def unending(words: int) -> str:
    """Return a prompt with so many filler words and an answer longer than `ROOM` tokens."""
    return f"{FILLER * words}\n{COUNTING}"


QUESTION = " What is the password? Reply with the password only."
OTHER_QUESTION = " What is the opposite of hot? Reply with one word only."


def recalling(first: str, words: int, question: str = QUESTION) -> str:
    """Return a prompt whose first word and whose question alone decide the right answer."""
    return f"{first} is the password. Remember it." + FILLER * words + question


def _sized(
    scene: Scene, label: str, words: int, *, stream: object = ...
) -> Generator[Step, Answer, Reading]:
    request = scene.chat(label, filled(words), temperature=0, max_tokens=1, stream=stream)
    return (yield from read(request, scene))


def _prompt_tokens(reading: Reading) -> int | None:
    return reading.usage.prompt if reading.ok and reading.usage else None


def _window(scene: Scene) -> Script:
    window = scene.setting.context_window
    if window is None:
        return
    size = Size()
    first = yield from _sized(scene, "first", FIRST_SIZE)
    counted = _prompt_tokens(first)
    if counted is not None:
        size.learn(FIRST_SIZE, counted)
        words = size.words(window // 2)
        half = yield from _sized(scene, "half", words)
        more = _prompt_tokens(half)
        if more is not None:
            size.refine((FIRST_SIZE, counted), (words, more))
    yield from _overflows(scene, size, window)
    if counted is None:
        return
    yield from _edges(scene, size, window)
    yield from _recalls(scene, size, window)
    cap = window if scene.setting.scope == "gateway" else ...
    text = unending(size.words(window - ROOM))
    yield from ask(scene.chat("edge", text, temperature=0, max_tokens=cap))


def _overflows(scene: Scene, size: Size, window: int) -> Script:
    words = size.words(window + window // 8)
    over = yield from _sized(scene, "overflow", words)
    streamed = None
    if scene.has("streaming"):
        streamed = yield from _sized(scene, "overflow-streamed", words, stream=True)
    turns: list[Message] = []
    for _ in range(20):
        turns.append({"role": "user", "content": filled(size.words(window // 18))})
        turns.append({"role": "assistant", "content": "ok"})
    many = [*turns, {"role": "user", "content": TASK}]
    sent = [(yield from ask(scene.chat("many", many, temperature=0, max_tokens=1)))]
    if scene.has("system-role"):
        long = [
            {"role": "system", "content": filled(words)},
            {"role": "user", "content": TASK},
        ]
        sent.append((yield from ask(scene.chat("system", long, temperature=0, max_tokens=1))))
    far = yield from _sized(scene, "far", size.words(4 * window))
    sent = [*sent, *(each.exchange for each in (over, streamed, far) if each is not None)]
    if any(each.attempt > 1 and 400 <= (each.status or 0) < 500 for each in sent):
        for number in range(SUSPECTED):
            again = scene.chat(f"again-{number}", filled(words), temperature=0, max_tokens=1)
            yield from ask(again, once=True)
    if over.ok:
        for name in FIRST_WORDS:
            text = recalling(name, words)
            yield from ask(
                scene.chat(f"overflow-{name}", text, temperature=0, max_tokens=RECALL_CAP)
            )


def _edges(scene: Scene, size: Size, window: int) -> Script:
    exact = scene.setting.scope == "gateway"
    low = window - 1 if exact else window - SHORT_OF
    high = window if exact else window + max(window // 50, SHORT_OF)
    inside = yield from _sized(scene, "inside", size.words(low))
    words = size.words(high) + (1 if size.per_word > 1 else 0)
    outside = yield from _sized(scene, "outside", words)
    if inside.ok and outside.refused:
        return
    fits, fails = (low, 4 * window) if inside.ok else (window // 2, low)
    for step in range(BISECTIONS):
        middle = (fits + fails) // 2
        reading = yield from _sized(scene, f"bisect-{step}", size.words(middle))
        if reading.ok:
            fits = middle
        else:
            fails = middle


def _recalls(scene: Scene, size: Size, window: int) -> Script:
    logprobs: object = True if scene.has("logprobs") else ...
    recalled: dict[str, Any] = {"temperature": 0, "max_tokens": RECALL_CAP, "logprobs": logprobs}
    # A short prompt may have been asked already, beside a conversation of many turns.
    alone = yield from recall(*(f"{EARLY.name}/alone-{first}" for first in FIRST_WORDS))
    sizes = [] if len(alone) == len(FIRST_WORDS) else [("alone", 60)]
    for name, tokens in (*sizes, ("full", window - ROOM)):
        words = size.words(tokens - 24)
        for first in FIRST_WORDS:
            yield from ask(scene.chat(f"{name}-{first}", recalling(first, words), **recalled))
    late = recalling(FIRST_WORDS[0], words, OTHER_QUESTION)
    yield from ask(scene.chat("full-late", late, **recalled))


WINDOW = Probe(
    "context-window",
    _window,
    needs=("window", "chat"),
    uses=("system-role", "logprobs"),
    alone=True,
)


def _conversation(first: str) -> list[Message]:
    turns: list[Message] = [
        {"role": "user", "content": f"{first} is the password. Remember it."},
        {"role": "assistant", "content": "ok"},
    ]
    for number in range(5):
        turns.append({"role": "user", "content": f"Say {number}."})
        turns.append({"role": "assistant", "content": str(number)})
    question = "What is the password? Reply with the password only."
    return [*turns, {"role": "user", "content": question}]


def _early(scene: Scene) -> Script:
    logprobs: object = True if scene.has("logprobs") else ...
    for first in FIRST_WORDS:
        for label, messages in (
            (f"alone-{first}", recalling(first, 1)),
            (f"turns-{first}", _conversation(first)),
        ):
            request: Request = scene.chat(
                label, messages, temperature=0, max_tokens=RECALL_CAP, logprobs=logprobs
            )
            yield from ask(request)


EARLY = Probe("context-early-turn", _early, needs=("deterministic",), uses=("logprobs",))
