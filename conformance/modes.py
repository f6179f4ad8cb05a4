"""Both modes of one request compared, by relations that a target's own variation cannot fake.

Knows nothing of levels. Greedy answers of real engines vary a little; what varies by itself is not
held against a stream. Three things are: a text that differs each time while the other mode's stays
the same, a run of characters taken out or put in, and somebody else's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.capability import EFFECTIVE
from conformance.exchange import Ending
from conformance.probe import Script, Transcript, ask, read
from conformance.reading import Reading
from conformance.scene import Message, Scene

SEEDED = "seeded"
"""Name of the pair that is sampled with a seed, so that its choices differ."""
_ENOUGH = 8
"""Characters behind a damaged place that must agree again."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A text to be repeated whose characters beyond ASCII stand apart from one another."""

    text: str

    @property
    def prompt(self) -> str:
        """The request to repeat it."""
        return f"Repeat exactly: {self.text}"


EMOJI = Echo("sun \U0001f31e fox \U0001f98a sea \u6d77\u6d0b sky \u7a7a star \u2b50 end")
ACCENTS = Echo("na\u00efve caf\u00e9 Z\u00fcrich d\u00e9j\u00e0 \u00c5ngstr\u00f6m stra\u00dfe end")


TWIN = "-streamed"
"""What the label of a stream has behind that of the same request in one piece."""
ROUNDS = 2
"""How often both modes are asked again where they disagree."""


def plain(name: str, again: int = 0) -> str:
    """Return the label of the answer in one piece."""
    return name + (f"-again-{again}" if again else "")


def streamed(name: str, again: int = 0) -> str:
    """Return the label of the stream."""
    return f"{name}{TWIN}" + (f"-again-{again}" if again else "")


def both(scene: Scene, name: str, messages: str | Sequence[Message], **asked: Any) -> Script:
    """Ask in both modes, and again where they disagree, so that a judge can tell chance apart.

    `streaming` holds what only the streamed request has.
    """
    streaming = asked.pop("streaming", {})
    asked = {"temperature": 0, **asked}
    first = yield from read(scene.chat(plain(name), messages, **asked), scene)
    yield from twin(scene, first, name, messages, streaming=streaming, **asked)


def twin(
    scene: Scene, first: Reading, name: str, messages: str | Sequence[Message], **asked: Any
) -> Script:
    """Ask for a stream of what `first` says in one piece, and for both again where they differ."""
    streaming = {"stream": True, **asked.pop("streaming", {})}
    second = yield from read(scene.chat(streamed(name), messages, **asked, **streaming), scene)
    steady = scene.setting.capabilities.get("deterministic", EFFECTIVE) == EFFECTIVE
    differs = disagree(first, second) and steady
    if not (differs or (second.ok and second.error)):
        return
    for place in range(1, ROUNDS + 1):
        yield from ask(scene.chat(plain(name, place), messages, **asked))
        yield from ask(scene.chat(streamed(name, place), messages, **asked, **streaming))


def disagree(first: Reading, second: Reading) -> bool:
    """Tell whether two answers differ in the text of any choice, blanks at its edges apart."""
    if not (first.ok and second.ok):
        return False
    indexes = {*first.choice_indexes, *second.choice_indexes}
    return any(first.text_of(at).strip() != second.text_of(at).strip() for at in indexes)


def names(transcript: Transcript) -> Iterator[str]:
    """Return what the pairs of a conversation are called, in order."""
    for exchange in transcript.exchanges:
        name, twin, rest = exchange.request.label.rpartition(TWIN)
        if twin and not rest and transcript.get(plain(name)) is not None:
            yield name


def failing(transcript: Transcript) -> Iterator[tuple[Reading, Reading]]:
    """Return the answer in one piece and the stream of each request whose every stream failed."""
    for name in names(transcript):
        whole = transcript[plain(name)]
        streams = transcript.labelled(streamed(name))
        if whole.ok and len(streams) > 1 and all(each.ok and each.error for each in streams):
            yield whole, streams[0]


@dataclass(frozen=True, slots=True)
class Pair:
    """One request in both modes, asked once or more."""

    name: str
    rounds: tuple[tuple[Reading, Reading], ...]
    """Plain and streamed; never empty."""

    @property
    def plain(self) -> Reading:
        """The first answer in one piece."""
        return self.rounds[0][0]

    @property
    def streamed(self) -> Reading:
        """The first stream."""
        return self.rounds[0][1]

    def texts(self, choice: int) -> tuple[list[str], list[str]]:
        """The texts of a choice in every round, by mode, blanks at the edges apart."""
        return (
            [one.text_of(choice).strip() for one, _ in self.rounds],
            [other.text_of(choice).strip() for _, other in self.rounds],
        )

    @property
    def steady(self) -> bool:
        """Whether the answer in one piece was the same each time."""
        return all(
            len({one.text_of(at) for one, _ in self.rounds}) == 1
            for at in self.plain.choice_indexes
        )


def pairs(transcript: Transcript) -> Iterator[Pair]:
    """Return the pairs of a transcript of which both modes were answered, neither with an error."""
    for name in names(transcript):
        rounds = []
        again = 0
        while (one := transcript.get(plain(name, again))) is not None:
            other = transcript.get(streamed(name, again))
            if other is not None and _comparable(one, other):
                rounds.append((one, other))
            again += 1
        if rounds:
            yield Pair(name, tuple(rounds))


def _comparable(one: Reading, other: Reading) -> bool:
    """Whether both modes were answered, without an error, and not cut by caps of our own."""
    whole = one.exchange.ending is not Ending.TOO_LARGE is not other.exchange.ending
    return whole and one.ok and other.ok and not other.error


def departure(pair: Pair, choice: int) -> str:
    """Say how the stream's text departs from the answer in one piece; empty when it does not."""
    whole, pieces = pair.texts(choice)
    if pieces[0] == whole[0] or len(set(whole)) > 1:
        return ""
    damages = [damage(whole[0], text) for text in pieces]
    if damages[0]:
        return damages[0]
    if len(pieces) > 1 and whole[0] not in pieces:
        return "another text"
    return ""


def damage(whole: str, text: str) -> str:
    """Say which run of characters was taken out, put in or changed; empty if it is no such thing.

    An answer that merely went another way does not come back to the same words.
    """
    before = _common(whole, text)
    after = _common(whole[before:][::-1], text[before:][::-1])
    lost = whole[before : len(whole) - after]
    added = text[before : len(text) - after]
    if after < _ENOUGH or len(lost) + len(added) > len(whole):
        return ""
    if lost and added:
        return f"{lost[:40]!r} became {added[:40]!r}"
    return (
        f"{lost[:40]!r} is missing" if lost else f"{added[:40]!r} is there twice, or from nowhere"
    )


def _common(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def woven(own: str, other: str, text: str) -> bool:
    """Tell whether a text begins as its own and goes on as another one's, from the middle."""
    start = _common(own, text)
    if start == len(text) or not start or own == other:
        return False
    rest = text[start:]
    return len(rest) >= _ENOUGH and rest in other and rest.strip() not in own


def numbers_of(place: int, text: str) -> set[str]:
    """Return the numbers of a text between `place`00 and `place`60."""
    return set(re.findall(rf"(?<!\d){place}[0-6]\d(?!\d)", text))


def finish_of(reading: Reading, choice: int) -> object:
    """Return a finish reason that is a word, else None."""
    found = reading.finish_of(choice)
    return found if isinstance(found, str) and found else None
