"""Characters beyond ASCII on their way through a stream."""

from __future__ import annotations

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.stream.texts import ALL
from conformance.excerpt import visible
from conformance.modes import ACCENTS, EMOJI, Echo, pairs, plain, streamed
from conformance.probe import Transcript
from conformance.probes.stream import TEXTS
from conformance.reading import Reading
from conformance.replacement import replaced_echo, thinned_echo
from conformance.verdict import Finding

ECHOES = {"emoji": EMOJI, "accents": ACCENTS}
REPLACEMENT = "\ufffd"


def with_replacements(transcript: Transcript) -> Transcript | None:
    """Every character beyond ASCII of one stream is replaced."""
    reading = transcript.get("emoji-streamed")
    if reading is None:
        return None
    exchange = reading.exchange
    body = exchange.body.decode()
    damaged = "".join(each if each.isascii() else REPLACEMENT for each in body)
    return transcript.replacing(forge.with_body(exchange, damaged.encode()))


@judges("framing.no-replacement", on=ALL, forgery=with_replacements)
def no_replacement(transcript: Transcript) -> Statements:
    """No stream holds U+FFFD that the plain answer lacks, nor one where the prompt's own characters
    belong.
    """
    for pair in pairs(transcript):
        whole, pieces = pair.plain.text_of(), pair.streamed.text_of()
        if pieces.count(REPLACEMENT) > max(
            one.text_of().count(REPLACEMENT) for one, _ in pair.rounds
        ):
            yield _finding(pair.streamed, f"characters, as in {visible(whole, 80)}")
    for name, echo in ECHOES.items():
        reading = transcript.get(f"{name}-streamed")
        if reading is not None and reading.ok and _replaced(echo, reading.text_of()):
            yield _finding(reading, visible(echo.text, 80))


def _replaced(echo: Echo, text: str) -> bool:
    return REPLACEMENT in text and replaced_echo(echo.text, text, f"{REPLACEMENT}+")


def _finding(reading: Reading, expected: str) -> Finding:
    pieces = reading.stream.choices[0].pieces if reading.stream.choices else ()
    event = next((each.event for each in pieces if REPLACEMENT in str(each.value)), 0)
    return Finding(reading.at_event(event), expected, visible(reading.text_of(), 120), reading.id)


def misread(transcript: Transcript) -> Transcript | None:
    """Every character of one stream is its UTF-8 bytes, read as Latin-1."""
    reading = transcript.get("accents-streamed")
    if reading is None:
        return None
    body = reading.exchange.body.decode("latin-1").encode()
    return transcript.replacing(forge.with_body(reading.exchange, body))


@judges("framing.characters-kept", on=TEXTS, forgery=misread)
def characters_kept(transcript: Transcript) -> Statements:
    """No echo is the text asked for with question marks, mojibake or nothing for characters."""
    for name, echo in ECHOES.items():
        for label in (plain(name), streamed(name)):
            reading = transcript.get(label)
            if reading is None or not reading.ok:
                continue
            text = reading.text_of()
            marked = replaced_echo(echo.text, text, r"\?+") or _misread(echo, text)
            if marked or thinned_echo(echo.text, text):
                yield Finding(
                    f"{reading.id}, text", visible(echo.text, 80), visible(text, 120), reading.id
                )


def _misread(echo: Echo, text: str) -> bool:
    """Whether each accented letter is two: the bytes of all of them begin with C3."""
    return echo is ACCENTS and replaced_echo(echo.text, text, "\u00c3[^\x00-\x7f]?")
