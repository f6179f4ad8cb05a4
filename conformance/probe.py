"""Probe: a named conversation as a generator. Knows neither the network nor the clock.

A probe yields steps and is sent what came of them, so that the same code runs live and replays
from evidence:

    def greet(scene):
        yield from ask(scene.chat("stream", "Say hello.", stream=True))

    GREETING = Probe("greeting", greet, needs=("streaming",))
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field

from conformance.exchange import Exchange, Request, Setting
from conformance.reading import Reading
from conformance.scene import Scene
from conformance.verdict import Inconclusive, Untestable


@dataclass(frozen=True, slots=True)
class Send:
    """Perform one request; the exchange is sent back."""

    request: Request
    once: bool = False
    """Whether it stands as it comes: noise in its place is part of what is asked."""


@dataclass(frozen=True, slots=True)
class Together:
    """Perform several requests at once; their exchanges are sent back in the same order."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass, because the target said so or the relation needs it."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Look again at what an earlier conversation was answered; nothing is sent.

    The exchange becomes part of this conversation too, under its own label.
    """

    id: str
    """The exchange's id, such as `baseline/plain`."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """Look at how every chat answer of the run so far ended, tries that broke off included.

    They are sent back, and stand beside the conversation as its `tries`; nothing is sent.
    """


Step = Send | Together | Wait | Recall | LookBack
Answer = Exchange | tuple[Exchange, ...] | None
Script = Generator[Step, Answer, None]


def ask(request: Request, *, once: bool = False) -> Generator[Step, Answer, Exchange]:
    """Send one request and return its exchange; a `once` is not tried again, whatever comes."""
    answer = yield Send(request, once)
    if not isinstance(answer, Exchange):
        raise TypeError(f"a Send is answered by one exchange, not by {answer!r}")
    return answer


def read(request: Request, scene: Scene) -> Generator[Step, Answer, Reading]:
    """Send one request and return the reading of its exchange."""
    exchange = yield from ask(request)
    return Reading(exchange, scene.setting)


def together(requests: Iterable[Request]) -> Generator[Step, Answer, tuple[Exchange, ...]]:
    """Send several requests at once and return their exchanges in the same order."""
    answer = yield Together(tuple(requests))
    if not isinstance(answer, tuple):
        raise TypeError(f"a Together is answered by a tuple of exchanges, not by {answer!r}")
    return answer


def wait(seconds: float, reason: str) -> Generator[Step, Answer, None]:
    """Let time pass."""
    yield Wait(seconds, reason)


def recall(*identities: str) -> Generator[Step, Answer, tuple[Exchange, ...]]:
    """Look again at exchanges of earlier conversations; those that were never held are left out."""
    found = []
    for identity in identities:
        answer = yield Recall(identity)
        if isinstance(answer, Exchange):
            found.append(answer)
    return tuple(found)


def look_back() -> Generator[Step, Answer, tuple[Exchange, ...]]:
    """Look at every try of a chat request in the run so far that was answered with 2xx."""
    answer = yield LookBack()
    return answer if isinstance(answer, tuple) else ()


@dataclass(frozen=True, slots=True)
class Probe:
    """A named, costed conversation, held once a run and read by every judge that can use it."""

    name: str
    script: Callable[[Scene], Script]
    needs: tuple[str, ...] = ()
    """Capabilities without which it is not held."""
    uses: tuple[str, ...] = ()
    """Capabilities that its script asks about, beside those that every run finds out."""
    alone: bool = False
    """Held while no other probe is, because it measures time or provokes limits."""
    may_fail: bool = False
    """A 429, a 5xx or a reset is what it asks for: it is not tried again."""
    patient: bool = False
    """It waits long and needs nothing but a key: begun with the run, and waited for at its end."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The exchanges of one performed probe, with what a judge may know of the target."""

    probe: str
    setting: Setting
    exchanges: tuple[Exchange, ...]
    """In order of sending; tries that were noise and were made again are left out."""
    cut: str = ""
    """Why the conversation was not finished, such as `budget: 600 requests`; empty when it was."""
    _readings: dict[str, Reading] = field(default_factory=dict, compare=False, repr=False)
    tries: tuple[Exchange, ...] = ()
    """Chat answers of the whole run, where the script looked back at them; by when they ended."""

    def __getitem__(self, label: str) -> Reading:
        """Return the reading of a labelled exchange.

        Raises Untestable when the conversation did not get so far, and Inconclusive when that
        exchange drowned in noise.
        """
        reading = self.get(label)
        if reading is None and self.cut:
            raise Inconclusive(self.cut)
        if reading is None:
            raise Untestable(f"the conversation {self.probe!r} ended before {label!r} was sent")
        return reading

    def get(self, label: str) -> Reading | None:
        """Return the reading of a labelled exchange, or None when it was not sent."""
        if label not in self._readings:
            for exchange in self.exchanges:
                if exchange.request.label == label:
                    self._readings[label] = Reading(exchange, self.setting)
                    break
            else:
                return None
        return self._readings[label]

    def answered(self, label: str) -> Reading:
        """Return a reading that holds an answer of status 2xx to judge.

        Raises Inconclusive for noise (429, 5xx, no answer) and Untestable for a refusal.
        """
        reading = self[label]
        status = reading.status
        if status is None:
            raise Inconclusive(f"{reading.exchange.id}: {reading.exchange.ending.value}")
        if status == 429 or status >= 500:
            raise Inconclusive(f"{reading.exchange.id}: answered {status} after every try")
        if not 200 <= status < 300:
            raise Untestable(f"{reading.exchange.id}: refused with {status}")
        return reading

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Return the reading of every exchange, in order."""
        return tuple(self[exchange.request.label] for exchange in self.exchanges)

    def labelled(self, prefix: str) -> tuple[Reading, ...]:
        """Return the readings whose label begins with a prefix, in order."""
        labels = [exchange.request.label for exchange in self.exchanges]
        return tuple(self[label] for label in labels if label.startswith(prefix))

    def replacing(self, exchange: Exchange) -> Transcript:
        """Return a transcript with the exchange of the same label replaced; used by forgeries."""
        label = exchange.request.label
        return self.with_exchanges(
            exchange if old.request.label == label else old for old in self.exchanges
        )

    def with_exchanges(self, exchanges: Iterable[Exchange]) -> Transcript:
        """Return a transcript of other exchanges in the same setting."""
        return Transcript(self.probe, self.setting, tuple(exchanges), self.cut)
