"""Logprobs against the answer they are about: its text, its tokens, its other mode."""

from __future__ import annotations

from typing import Any

from conformance import forge, retelling
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.sampling.caps import spent
from conformance.chapters.sampling.choices import place
from conformance.chapters.sampling.logprobs import (
    ROUNDING,
    VEILED,
    edited,
    entries,
    number,
    tops,
    with_entries,
)
from conformance.chapters.sampling.stops import shown, text_place
from conformance.exchange import Exchange
from conformance.json_view import mapping
from conformance.kinds import chat_answer, read_to_the_end
from conformance.obtained import obtained
from conformance.probe import Transcript
from conformance.probes.logprobs import ASKED, given
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

REPLACEMENT = "\ufffd"


def entries_of(reading: Reading, index: int) -> list[dict[str, Any]]:
    """Return the entries of one choice."""
    choice = reading.choice(index)
    raw = choice.logprobs if choice else ()
    return [mapping(getattr(entry, "value", entry)) for entry in raw]


def spelling(found: list[dict[str, Any]]) -> bytes | None:
    """Return the bytes that tokens add up to; None where some token does not tell its own.

    A token tells by its text, or where that cannot show a part of a character or a vocabulary's
    own sign for a blank, by its `bytes`.
    """
    joined = b""
    for entry in found:
        raw, token = entry.get("bytes"), entry.get("token")
        if isinstance(token, str) and not VEILED.search(token):
            joined += token.encode("utf-8", "surrogatepass")
        elif isinstance(raw, list) and all(isinstance(one, int) and 0 <= one < 256 for one in raw):
            joined += bytes(raw)
        else:
            return None
    return joined


def aligned(text: bytes, found: list[dict[str, Any]]) -> bool:
    """Tell whether tokens add up to a text, give or take an end token and outer blanks."""
    for told in (found, found[:-1]):
        whole = spelling(told)
        if whole is None or whole.strip() == text.strip():
            return True
        if not _decodes(whole) and _as_text(text, whole):
            return True
    return False


def _as_text(text: bytes, whole: bytes) -> bool:
    """Tell whether a text is what a decoder may make of bytes that are not UTF-8.

    A model that chooses byte for byte can end, or go on, in the middle of a character. What is none
    may be left out or stand as replacements, which some decoders give to every byte of such a run.
    """
    shown_as, kept = (each.decode(errors="ignore").strip() for each in (text, whole))
    if REPLACEMENT in shown_as:
        shown_as, kept = ("".join(filter(_plain, each)) for each in (shown_as, kept))
    return shown_as == kept


def _plain(character: str) -> bool:
    return character.isascii() and character.isprintable()


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def with_one_more(exchange: Exchange) -> Exchange:
    """The entry of a token stands first that is none of the text's."""
    left = [True]

    def insert(content: list[dict[str, Any]]) -> None:
        if content and left:
            content.insert(0, {**content[0], "token": "#", "bytes": [35]})
            left.clear()

    return edited(insert)(exchange)


def unstopped_entries(reading: Reading) -> bool:
    """An answer with entries that no stop text cut inside a token."""
    return with_entries(reading) and not reading.asked("stop")


@reads("sampling.logprobs-text", where=unstopped_entries, forgery=with_one_more, rare=True)
def logprobs_text(reading: Reading) -> Statements:
    """The tokens of a choice's entries add up to its text."""
    for index in sorted(set(reading.choice_indexes)):
        text, found = reading.text_of(index), entries_of(reading, index)
        if found and not aligned(text.encode("utf-8", "surrogatepass"), found):
            got = "".join(str(entry.get("token")) for entry in found)
            yield Finding(place(reading, index), f"{shown(text)}, the text", shown(got), reading.id)


def counted_entries(reading: Reading) -> bool:
    """An answer of one choice with entries and a count, that no stop text cut."""
    single = len(set(reading.choice_indexes)) == 1
    return single and unstopped_entries(reading) and bool(spent(reading))


def half_of_them(exchange: Exchange) -> Exchange:
    """As many more tokens are counted as there are entries."""
    return retelling.with_completion_tokens(exchange, lambda count: 2 * count + 2)


@reads("sampling.logprobs-count", where=counted_entries, forgery=half_of_them, rare=True)
def logprobs_count(reading: Reading) -> Statements:
    """There are as many entries as completion tokens, give or take the end token."""
    count, tokens = len(entries_of(reading, reading.choice_indexes[0])), spent(reading) or 0
    if not tokens - 1 <= count <= tokens:
        yield Finding(
            place(reading, reading.choice_indexes[0]),
            f"{tokens} entries, one for each completion token",
            f"{count} of them",
            reading.id,
        )


def second_best(transcript: Transcript) -> Transcript:
    """The greedy token is not the likeliest."""

    def lower(content: list[dict[str, Any]]) -> None:
        for entry in content:
            entry["logprob"] -= 30
            entry["top_logprobs"] = [
                {**one, "token": f"{one['token']}?"} for one in entry["top_logprobs"]
            ]

    return transcript.replacing(edited(lower)(transcript["on"].exchange))


@judges("sampling.logprobs-greedy", on=ASKED, forgery=second_best)
def logprobs_greedy(transcript: Transcript) -> Statements:
    """At temperature 0 no alternative is likelier than the token that was chosen."""
    reading = obtained(transcript, "on")
    judged = False
    for each in entries(reading):
        token = each.value.get("token")
        own = number(each.value.get("logprob"))
        read = [(one.get("token"), number(one.get("logprob"))) for one in tops(each.value)]
        others = [(value, name) for name, value in read if value is not None and name != token]
        if own is None or not others:
            continue
        judged = True
        value, name = max(others, key=lambda other: other[0])
        if value > max([own, *(same for it, same in read if it == token and same)]) + ROUNDING:
            expected = f"{token!r}, which was chosen, to be the likeliest"
            yield Finding(each.where, expected, f"{name!r}: {value}, above {own}", reading.id)
            return
    if not judged:
        raise NotApplicable("no alternatives to compare with")


def another_text(transcript: Transcript) -> Transcript:
    """The answer is another one where logprobs are asked for."""
    exchange = retelling.with_text(transcript["on"].exchange, lambda text: f"Sure! {text}")
    return transcript.replacing(exchange)


@judges("sampling.logprobs-neutral", on=ASKED, forgery=another_text)
def logprobs_neutral(transcript: Transcript) -> Statements:
    """The greedy answer is the same where logprobs are asked for."""
    reading = obtained(transcript, "on")
    own, text = transcript.setting.greedy, reading.text_of().rstrip("\ufffd").rstrip()
    if not own.startswith(text) or not text:
        begins = f"the beginning of {own[: len(text) + 20]!r}"
        yield Finding(text_place(reading), begins, shown(reading.text_of()), reading.id)


def not_asked(reading: Reading) -> bool:
    """An answer to a request that did not ask for logprobs."""
    return chat_answer(reading) and read_to_the_end(reading) and not reading.asked("logprobs")


def given_unasked(exchange: Exchange) -> Exchange:
    """`logprobs` comes without being asked for."""
    entry = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}

    def edit(document: Any) -> None:
        for choice in document.get("choices", ()) if isinstance(document, dict) else ():
            choice["logprobs"] = {"content": [entry], "refusal": None}

    tamper = forge.each_chunk if Reading(exchange).is_stream else forge.with_json
    return tamper(exchange, edit)


@reads("sampling.logprobs-unasked", where=not_asked, forgery=given_unasked)
def logprobs_unasked(reading: Reading) -> Statements:
    """`logprobs` is null or absent where it was not asked for."""
    if given(reading):
        yield Finding(
            place(reading, 0), "no logprobs, since none were asked for", "some", reading.id
        )
