"""Stop texts: that they end an answer, in every form and place and in both modes.

Whether an answer runs past one is seen without any expectation of what it says, so that this holds
of targets whose greedy answers vary, too.
"""

from __future__ import annotations

from functools import partial

from conformance import forge, retelling, stopping
from conformance.catalogue import Statements, TranscriptForgery, judges, reads
from conformance.exchange import Exchange
from conformance.kinds import chat_answer, read_to_the_end
from conformance.obtained import asked, obtained, refusal, refused
from conformance.probe import Probe, Transcript
from conformance.probes.stops import NEWLINE, STOP, STOPS, WORDS, ran_past, whole
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

NO_STOP = "the target's own answer offers no such stop text"


def _instead(text: str, _: str) -> str:
    return text


def ignoring(*labels: str) -> TranscriptForgery:
    """Return a forgery in which the first of some labelled answers has all of the text."""

    def forgery(transcript: Transcript) -> Transcript | None:
        for label in labels:
            reading = transcript.get(label)
            if reading is not None:
                all_of_it = partial(_instead, whole(transcript, reading))
                return transcript.replacing(retelling.with_text(reading.exchange, all_of_it))
        return None

    forgery.__doc__ = "The stop text is ignored."
    return forgery


def text_place(reading: Reading) -> str:
    """Return the place of an answer's text, in words."""
    if not reading.is_stream:
        return reading.at_pointer("/choices/0/message/content")
    choice = reading.stream.choice()
    return reading.at_event(choice.pieces[-1].event if choice and choice.pieces else 0)


def shown(text: str) -> str:
    """Return the end of a text, quoted."""
    return repr(text if len(text) < 120 else f"... {text[-110:]}")


def _ends(transcript: Transcript, *labels: str) -> Statements:
    """Every labelled answer ends at its stop text."""
    for label in labels:
        reading = obtained(transcript, label, NO_STOP)
        if ran_past(reading):
            stop = stopping.first_in(reading.text_of(), stopping.texts(reading.asked("stop")))
            yield Finding(
                text_place(reading),
                f"nothing after {stop!r}, a stop text of the request",
                shown(reading.text_of()),
                reading.id,
            )


def _acts(
    identity: str,
    on: Probe,
    label: str,
    sentence: str,
    forgery: TranscriptForgery | None = None,
) -> None:
    def judge(transcript: Transcript) -> Statements:
        yield from _ends(transcript, label)

    judge.__doc__ = sentence
    judges(identity, on=on, forgery=forgery or ignoring(label))(judge)


def _lines(transcript: Transcript) -> Transcript:
    """The answer has three lines."""
    exchange = transcript[NEWLINE].exchange
    return transcript.replacing(retelling.with_text(exchange, lambda _: "1\n2\n3"))


_acts("sampling.stop-text", STOP, "text", "No answer runs past a stop text given as a string.")
_acts("sampling.stop-list", STOP, "list", "No answer runs past a stop text given in a list.")
_acts(
    "sampling.stop-earliest",
    STOPS,
    "place-2",
    "The stop text listed behind another acts, if it comes up first.",
)
_acts("sampling.stop-across-tokens", STOPS, "wide", "A stop text of nine characters acts.")
_acts("sampling.stop-newline", STOPS, NEWLINE, "No answer runs past a line break.", _lines)
_acts("sampling.stop-inside-token", WORDS, "sea-inside", "A stop text inside a word acts.")
_acts("sampling.stop-foreign", WORDS, "foreign-inside", "A stop text beyond ASCII acts.")


def _list_refused(transcript: Transcript) -> Transcript:
    """A list of stop texts is refused."""
    return transcript.replacing(forge.with_status(transcript["list"].exchange, 400))


@judges("sampling.stop-accepted", on=STOP, forgery=_list_refused)
def stop_accepted(transcript: Transcript) -> Statements:
    """Neither form of `stop` is refused."""
    for label in ("text", "list"):
        reading = asked(transcript, label, NO_STOP)
        if refused(reading):
            yield refusal(reading)


@judges("sampling.stop-each", on=STOPS, forgery=ignoring("place-4"))
def stop_each(transcript: Transcript) -> Statements:
    """The stop text acts from the second and the last place of a list of four."""
    yield from _ends(transcript, "place-2", "place-4")


@judges(
    "sampling.stop-stream",
    on=STOPS,
    forgery=ignoring("wide-streamed"),
)
def stop_stream(transcript: Transcript) -> Statements:
    """No stream runs past a stop text."""
    streams = [each for each in transcript.readings if each.is_stream_request and each.ok]
    if not streams:
        raise NotApplicable("no stream with a stop text was answered")
    yield from _ends(transcript, *(each.exchange.request.label for each in streams))


def with_stop(reading: Reading) -> bool:
    """An answer to a request that named stop texts."""
    return (
        chat_answer(reading)
        and read_to_the_end(reading)
        and bool(reading.choice_indexes)
        and bool(stopping.texts(reading.asked("stop")))
    )


def stop_at_the_end(exchange: Exchange) -> Exchange:
    """The answer ends with the stop text."""
    stop = stopping.texts(Reading(exchange).asked("stop"))[0]
    return retelling.with_text(exchange, lambda text: text + stop)


@reads("sampling.stop-left-out", where=with_stop, forgery=stop_at_the_end)
def stop_left_out(reading: Reading) -> Statements:
    """No choice holds a stop text of its request."""
    for index in sorted(set(reading.choice_indexes)):
        text = reading.text_of(index)
        stop = stopping.first_in(text, stopping.texts(reading.asked("stop")))
        if stop:
            yield Finding(
                f"{text_place(reading)}, choice {index}",
                f"an answer without {stop!r}",
                shown(text[: text.find(stop) + len(stop) + 20]),
                reading.id,
            )
