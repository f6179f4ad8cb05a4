"""What a stop text leaves of an answer: all that came before it, and nothing else.

Expectations are cut from the target's own greedy answer; where the answer with a stop text is
another one altogether, nothing is said about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from conformance import retelling, stopping
from conformance.catalogue import Statements, TranscriptForgery, judges
from conformance.chapters.sampling.stops import NO_STOP, shown, text_place
from conformance.obtained import obtained
from conformance.probe import Probe, Transcript
from conformance.probes.stops import HARMLESS, STOPS, WORDS, whole
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable


class Stopped(NamedTuple):
    """An answer to a request whose stop text stands in the target's own answer."""

    reading: Reading
    text: str
    expected: str
    """What the stop text leaves of the target's own answer."""

    @property
    def exceeds(self) -> bool:
        """Whether there is more than that; blanks at the end are nobody's."""
        ends = self.text.rstrip() != self.expected.rstrip()
        return self.text.startswith(self.expected) and ends

    @property
    def lacks(self) -> bool:
        """Whether there is less than that."""
        short = len(self.text.rstrip()) < len(self.expected.rstrip())
        return short and self.expected.startswith(self.text.rstrip())

    def says(self) -> Finding:
        """Return the finding that it ends elsewhere."""
        expected = f"an answer that ends with {self.expected[-40:]!r}"
        return Finding(text_place(self.reading), expected, shown(self.text), self.reading.id)


def stopped(transcript: Transcript, *modes: bool) -> Iterator[Stopped]:
    """Return each stopped answer, whole ones for False and streamed ones for True."""
    found = False
    for reading in transcript.readings:
        stops = stopping.texts(reading.asked("stop"))
        if not stops or not reading.ok or reading.is_stream_request not in modes:
            continue
        own = whole(transcript, reading)
        expected = stopping.before(own, stops)
        if expected != own:
            found = True
            yield Stopped(reading, reading.text_of(), expected)
    if not found:
        raise NotApplicable(NO_STOP)


def retold(change: retelling.Change, *labels: str) -> TranscriptForgery:
    """Return a forgery that gives the first of some labelled answers another text."""

    def forgery(transcript: Transcript) -> Transcript | None:
        for label in labels:
            reading = transcript.get(label)
            if reading is not None:
                return transcript.replacing(retelling.with_text(reading.exchange, change))
        return None

    return forgery


def _mark_cut_out(text: str) -> str:
    """The stop text is cut out and the rest is kept."""
    return f"{text} and more"


@judges(
    "sampling.stop-nothing-after",
    on=(STOPS, WORDS),
    forgery=retold(_mark_cut_out, "place-2", "sea-blank"),
)
def stop_nothing_after(transcript: Transcript) -> Statements:
    """Nothing that comes after the stop text is in the answer."""
    for each in stopped(transcript, False):
        if each.exceeds:
            yield each.says()


def _prefix_leaked(text: str) -> str:
    """The first character of the stop text was already sent."""
    return f"{text}1"


@judges(
    "sampling.stop-stream-leak",
    on=(STOPS, WORDS),
    forgery=retold(_prefix_leaked, "wide-streamed", "sea-inside"),
)
def stop_stream_leak(transcript: Transcript) -> Statements:
    """No part of a stop text, and nothing after it, gets into a stream."""
    for each in stopped(transcript, True):
        if each.exceeds:
            yield each.says()


def _piece_lost(text: str) -> str:
    """The piece before the stop text goes with it."""
    return text[:-4]


@judges(
    "sampling.stop-nothing-lost",
    on=(STOPS, WORDS),
    forgery=retold(_piece_lost, "place-2", "sea-inside"),
)
def stop_nothing_lost(transcript: Transcript) -> Statements:
    """Everything that comes before the stop text is in the answer, in both modes."""
    for each in stopped(transcript, False, True):
        if each.lacks:
            yield each.says()


@judges(
    "sampling.stop-blanks",
    on=WORDS,
    forgery=retold(lambda text: text[:1], "sea-blank"),
)
def stop_blanks(transcript: Transcript) -> Statements:
    """A stop text with a blank at its edge does not act where it stands without the blank."""
    obtained(transcript, "sea-blank", NO_STOP)
    for each in stopped(transcript, False):
        if each.reading.exchange.request.label == "sea-blank" and each.lacks:
            yield each.says()


def said_length(*labels: str) -> TranscriptForgery:
    """Return a forgery in which the first of some labelled answers says it was cut."""

    def forgery(transcript: Transcript) -> Transcript | None:
        for label in labels:
            reading = transcript.get(label)
            if reading is not None:
                return transcript.replacing(retelling.with_finish(reading.exchange, "length"))
        return None

    return forgery


@judges("sampling.stop-finish", on=(STOPS, WORDS), forgery=said_length("place-2", "sea-inside"))
def stop_finish(transcript: Transcript) -> Statements:
    """An answer that ends where a stop text came up says `stop`, in both modes."""
    for each in stopped(transcript, False, True):
        finish = each.reading.finish_of()
        if each.text == each.expected and finish != "stop":
            yield Finding(
                text_place(each.reading), "finish_reason 'stop'", repr(finish), each.reading.id
            )


def _untouched(transcript: Transcript, *labels: str) -> Statements:
    """Labelled answers are the target's own, as if there were no stop text."""
    for label in labels:
        reading = obtained(transcript, label, NO_STOP)
        text, own = reading.text_of(), whole(transcript, reading)
        if len(text.rstrip()) < len(own.rstrip()) and own.startswith(text.rstrip()):
            stop = reading.asked("stop")
            yield Finding(
                text_place(reading),
                f"the whole answer, since it does not hold {stop!r}",
                shown(text) or "nothing",
                reading.id,
            )


def _alone_or_among(transcript: Transcript, name: str) -> tuple[str, ...]:
    """Return the labels of requests with one such stop text, or of the one with all of them."""
    labels = [each.exchange.request.label for each in transcript.readings]
    alone = tuple(label for label in labels if name in label)
    return alone or tuple(label for label in labels if label.endswith(HARMLESS))


def _takes_nothing(identity: str, on: Probe | tuple[Probe, ...], name: str, what: str) -> None:
    """Declare the judge that a kind of stop text takes nothing away."""

    def judge(transcript: Transcript) -> Statements:
        labels = _alone_or_among(transcript, name)
        if not labels:
            raise NotApplicable(NO_STOP)
        yield from _untouched(transcript, *labels)

    judge.__doc__ = f"A stop text {what} takes nothing away."
    lie = retold(lambda text: text[:-4], HARMLESS, f"sea-{HARMLESS}")
    judges(identity, on=on, forgery=lie)(judge)


_takes_nothing(
    "sampling.stop-unseen",
    (STOPS, WORDS),
    "unseen",
    "whose beginning ends the answer, and no more,",
)
_takes_nothing("sampling.stop-in-prompt", STOPS, "in-prompt", "that only the prompt holds")
_takes_nothing("sampling.stop-literal", STOPS, "pattern", "that would match only as a pattern")
_takes_nothing("sampling.stop-case", WORDS, "sea-case", "in other letters of case")
