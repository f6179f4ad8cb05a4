"""Cases: the n-th chat request of a seed. Each depends on its seed and number alone, so that a run
can go on anywhere, and several can share the numbers among them. Knows nothing of answers.

Of each round of twenty some are legal, most hold one flaw, and the rest are spelled, dressed,
framed or read otherwise, or are the first of a pair. What is done to each comes from a deck.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.exchange import Request, Wire
from conformance.fuzz import bodies, edges, envelope, kin, mutations, texts, texture
from conformance.fuzz.bodies import Body, Subject
from conformance.fuzz.deck import dealt
from conformance.fuzz.elsewhere import elsewhere
from conformance.fuzz.kin import Kin
from conformance.json_view import integer
from conformance.scene import Scene, ceiling
from openapi import Contract

ROUND = (
    "legal", "flawed", "odd", "broken", "flawed", "edge", "odd", "dressed", "elsewhere", "framed",
    "edge", "kin", "odd", "broken", "flawed", "long", "odd", "read", "kin", "kin",
)  # fmt: skip
"""What each case of a round is."""
KEPT_ALIVE = 3
"""One case in so many of each kind goes over a connection that is kept, on loopback too."""
CAPS_OF_KIN = (6, 12, 20)
"""Ceilings under which an answer is long enough to be cut, and short enough to be paid for."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request, or the first of a pair, and whether silence is an answer to it."""

    request: Request
    may_fail: bool = False
    """Its framing lies, so that a reset or a time-out is in order and is not tried again."""
    kin: Kin | None = None
    """What makes the other request of the pair."""


def subject_of(scene: Scene, law: Contract) -> Subject:
    """Return what the cases are about, from the setting and the contract's bounds."""
    bounds = {}
    for name, schema in law.schema("ChatRequest")["properties"].items():
        low, high = schema.get("minimum"), schema.get("maximum")
        if low is not None and high is not None:
            bounds[name] = (low, high)
    setting = scene.setting
    return Subject(setting.model, setting.context_window, setting.greedy, bounds)


@dataclass(slots=True)
class Maker:
    """Makes the cases of one scene."""

    scene: Scene
    subject: Subject
    _decks: dict[str, Sequence[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._decks = {
            "flawed": mutations.likely(self.subject),
            "odd": mutations.unlikely(self.subject),
            "broken": texture.CARDS,
            "edge": edges.edges(self.subject),
            "dressed": envelope.DRESSES,
            "framed": range(envelope.FRAMINGS),
            "read": envelope.MANNERS,
            "kin": tuple(kin.known().values()),
            "elsewhere": elsewhere(self.scene.setting.loopback),
        }

    def case(self, number: int) -> Case:
        """Return the case of that number."""
        lap, place = divmod(number, len(ROUND))
        kind = ROUND[place]
        turn = lap * ROUND.count(kind) + ROUND[:place].count(kind)
        dice = random.Random(f"{self.scene.setting.seed}/fuzz/{number}")
        return self.rolled(dice, f"case-{number:06d}", kind, turn)

    def rolled(self, dice: random.Random, label: str, kind: str, turn: int) -> Case:
        """Return a case of a kind that these dice show, with the card whose turn it is."""
        deck = self._decks.get(kind, (None,))
        card: Any = dealt(deck, kind, self.scene.setting.seed, turn)
        plain = kind == "edge" or (kind != "legal" and dice.random() < 0.5)
        body = (bodies.plainest if plain else bodies.body)(dice, self.subject)
        data = None
        if kind in ("flawed", "odd", "edge"):
            card(dice, body)
        elif kind == "long":
            body = _near_the_window(dice, body, self.subject)
        elif kind == "broken":
            data = card(dice, texture.plain(body))
        elif kind == "read":
            body.update(stream=True, max_tokens=12)
        elif kind == "kin":
            body = self._first_of_kin(dice, body, card)
        made = request_of(label, body, self.scene, data)
        if kind == "elsewhere":
            return Case(card(self.scene, label, made.body or b""))
        if self.scene.setting.loopback and turn % KEPT_ALIVE:
            # A connection of its own costs less there than one of the pool; elsewhere far more.
            made = replace(made, wire=Wire.SOCKET)
        if kind == "dressed":
            made = envelope.dressed(card, made)
        elif kind == "framed":
            made = envelope.framed(card, dice, made)
        elif kind == "read":
            made = envelope.read_cruelly(card, made)
        return Case(made, envelope.may_fail(made.sending), card if kind == "kin" else None)

    def _first_of_kin(self, dice: random.Random, body: Body, card: Kin) -> Body:
        """Return a body whose greedy answer comes in one piece."""
        left_out = ("stream", "stream_options", "logit_bias", "max_completion_tokens")
        body = {name: value for name, value in body.items() if name not in left_out}
        if dice.random() < 0.2:
            bodies.at_length(dice, body)
        else:
            body["max_tokens"] = dice.choice(CAPS_OF_KIN)
            if dice.random() < 0.2:
                rule = {"role": "system", "content": texts.plain(dice)}
                body["messages"] = [rule, *body["messages"]]
            if card.choices and dice.random() < 0.3:
                body["n"] = dice.choice((2, 3))
        body["temperature"] = 0
        if card.flawed and dice.random() < 0.4:
            dice.choice(self._decks["flawed"])(dice, body)
            body.pop("stream", None)
        return body


def cases(numbers: Iterable[int], scene: Scene, subject: Subject) -> Iterator[Case]:
    """Yield the cases of these numbers."""
    maker = Maker(scene, subject)
    yield from map(maker.case, numbers)


def request_of(label: str, body: Body, scene: Scene, data: bytes | None = None) -> Request:
    """Return the request of a body; `data` are its bytes where they are not the usual ones."""
    made = scene.post(
        label,
        texture.plain(body) if data is None else data,
        wire=Wire.SOCKET if body.get("stream") is True else Wire.POOL,
        ceiling=_ceiling(body, scene),
    )
    return replace(made, headers=(("Content-Type", "application/json"),))


def _ceiling(body: Any, scene: Scene) -> int:
    return ceiling(body if isinstance(body, dict) else {}, scene.setting.context_window)


def _near_the_window(dice: random.Random, body: Body, subject: Subject) -> Body:
    """Lengthen the last turn until it fills the window by words, nearly or just not."""
    window = integer(subject.window) or 2048
    words = int(window * dice.choice((0.5, 0.9, 0.99, 1.0, 1.2)))
    body["messages"] = [{"role": "user", "content": texts.plain(dice) + " word" * words}]
    body["max_tokens"] = 1
    body.pop("max_completion_tokens", None)
    body.pop("n", None)
    return body
