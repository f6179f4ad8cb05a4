"""A prompt that does not fit: refused, with which words, and in both modes alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.context.forging import (
    accepted,
    error_edited,
    filler_words,
    says,
    tampered,
)
from conformance.error_view import Envelope
from conformance.exchange import Ending, Exchange
from conformance.probe import Transcript
from conformance.probes.context import SUSPECTED, WINDOW
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable

OVERFLOWS = ("overflow", "overflow-streamed", "many", "system", "far")
HUNG_UP = (Ending.RESET, Ending.INCOMPLETE, Ending.MALFORMED)
"""Endings that are no refusal; after every try they are no noise either."""
CHANCE_IS_OUT = 3
"""Server errors among ten refusals: at 5 % of noise one target in a hundred has as many, of those
few that were asked ten times at all."""
NEAR = 0.95
"""Share of the expected count from which on a prompt counts as read whole: each prompt is larger
than the window by a ninth at least, so that one cut to the window is none."""


def _refusals(transcript: Transcript) -> list[Reading]:
    """Return the refused overflows of ordinary size; NotApplicable when none was refused."""
    found = [transcript.get(label) for label in ("overflow", "overflow-streamed", "many", "system")]
    refused = [each for each in found if each is not None and each.refused]
    first = transcript.get("first")
    if first is not None and first.status == 429 and all(each.status == 429 for each in refused):
        raise Inconclusive(f"{first.id}: a prompt that fits is answered 429 as well")
    if not refused:
        raise NotApplicable("no overflow was refused; context.overflow-refused judges that")
    return refused


def _whole(reading: Reading, transcript: Transcript) -> bool:
    """Whether an accepted overflow was read: counted whole, and answered by its first word."""
    pair = [transcript.get(f"overflow-{name}") for name in ("Tulip", "Maple")]
    if all(each is not None and each.ok for each in pair):
        texts = {each.text_of() for each in pair if each is not None}
        if len(texts) == 1:
            return False
    prompt = reading.usage.prompt if reading.usage else None
    sizes = []
    for label in ("first", "half"):
        sized = transcript.get(label)
        if sized is not None and sized.usage and sized.usage.prompt:
            sizes.append((filler_words(sized), sized.usage.prompt))
    if prompt is None or len(sizes) < 2:
        return False
    (few, small), (many, large) = sizes
    a_word = (large - small) / max(many - few, 1)
    window = transcript.setting.context_window or 0
    return prompt >= NEAR * max(a_word * filler_words(reading), window)


@judges(
    "context.overflow-refused",
    on=WINDOW,
    forgery=tampered("overflow", accepted, "An overflowing prompt is cut and answered."),
)
def overflow_refused(transcript: Transcript) -> Statements:
    """A prompt larger than the window is not answered as if it had been read."""
    window = transcript.setting.context_window
    exact = transcript.setting.scope == "gateway"
    for label in OVERFLOWS:
        reading = transcript.get(label)
        if reading is None or not reading.ok:
            continue
        if reading.is_stream and reading.stream.errors:
            continue
        if exact or not _whole(reading, transcript):
            counted = reading.usage.prompt if reading.usage else None
            yield says(
                reading,
                f"a refusal: the prompt is larger than the window of {window}",
                f"200, with prompt_tokens {counted}",
            )
    if transcript.get("overflow") is None:
        raise Inconclusive(transcript.cut or "no overflow was sent")


@judges(
    "context.overflow-4xx",
    on=WINDOW,
    forgery=tampered(
        "overflow", lambda each: forge.with_status(each, 500), "An overflow is a server error."
    ),
)
def overflow_4xx(transcript: Transcript) -> Statements:
    """A refused overflow has a status of 4xx."""
    for label in OVERFLOWS:
        reading = transcript.get(label)
        if reading is None:
            continue
        if reading.status is not None and reading.status >= 500:
            yield says(reading, "a status of 400 to 499", str(reading.status))
        elif reading.status is None and reading.exchange.ending in HUNG_UP:
            ending = reading.exchange.ending
            yield says(reading, "a status of 400 to 499", f"no answer at all: {ending}")
    _refusals(transcript)


def _now_and_then(transcript: Transcript) -> Transcript:
    """Every second time an overflow is a server error."""
    exchange = transcript["overflow"].exchange
    again = [
        replace(
            forge.with_status(exchange, 500 if number % 2 else 400),
            request=replace(exchange.request, label=f"again-{number}"),
        )
        for number in range(SUSPECTED)
    ]
    return transcript.with_exchanges((*transcript.exchanges, *again))


@judges("context.overflow-stable", on=WINDOW, forgery=_now_and_then)
def overflow_stable(transcript: Transcript) -> Statements:
    """An overflow that is refused with 4xx is no 500 at other times."""
    again = [each for each in transcript.labelled("again-") if each.status is not None]
    failed = [each for each in again if each.status == 500]
    refused = [each for each in again if each.refused and (each.status or 500) < 500]
    if refused and len(failed) >= CHANCE_IS_OUT:
        shown = f"{failed[0].status} in {len(failed)} of {len(again)} tries"
        yield says(failed[0], f"{refused[0].status} each time", shown)
    _refusals(transcript)


@judges(
    "context.overflow-400",
    on=WINDOW,
    forgery=tampered(
        "overflow", lambda each: forge.with_status(each, 422), "An overflow is refused with 422."
    ),
)
def overflow_400(transcript: Transcript) -> Statements:
    """A refused overflow has status 400."""
    for reading in _refusals(transcript):
        if reading.status != 400 and not (reading.status or 500) >= 500:
            yield says(reading, "status 400", str(reading.status))


def _in_stream(exchange: Exchange) -> Exchange:
    event = b'data: {"error":{"message":"too long","type":"invalid_request_error"}}\n\n'
    labelled = forge.with_header(exchange, "content-type", "text/event-stream")
    return forge.with_status(forge.with_body(labelled, event), 200)


@judges(
    "context.overflow-stream",
    on=WINDOW,
    forgery=tampered("overflow-streamed", _in_stream, "An overflow is told inside a 200 stream."),
)
def overflow_stream(transcript: Transcript) -> Statements:
    """With `stream: true` an overflow is refused before any stream starts."""
    reading = transcript.get("overflow-streamed")
    if reading is None:
        raise NotApplicable("no streams here")
    plain = transcript["overflow"]
    if reading.status is None:
        raise Inconclusive(f"{reading.id}: {reading.exchange.ending.value}")
    if reading.ok and (plain.refused or reading.stream.errors):
        yield says(
            reading, f"{plain.status}, as without stream", f"{reading.status}: {reading.snippet()}"
        )
    elif reading.refused and reading.looks_like_sse:
        yield says(reading, "a JSON error", reading.snippet())


@judges(
    "context.overflow-stream-status",
    on=WINDOW,
    forgery=tampered(
        "overflow-streamed", lambda each: forge.with_status(each, 413), "Streams refuse otherwise."
    ),
)
def overflow_stream_status(transcript: Transcript) -> Statements:
    """Both modes refuse an overflow with the same status."""
    reading, plain = transcript.get("overflow-streamed"), transcript["overflow"]
    if reading is None or not (reading.refused and plain.refused):
        raise NotApplicable("not refused in both modes")
    if reading.status != plain.status:
        yield says(reading, f"{plain.status}, as without stream", str(reading.status))


def _part(name: str, expected: str, words: str) -> Callable[[Transcript], Statements]:
    def judge(transcript: Transcript) -> Statements:
        for reading in _refusals(transcript):
            if reading.error.kind is not Envelope.OPENAI or (reading.status or 500) >= 500:
                continue
            value = getattr(reading.error, name)
            if value != expected:
                yield Finding(
                    reading.at_pointer(f"/error/{name}"),
                    repr(expected),
                    repr(value)[:80],
                    reading.id,
                )

    judge.__doc__ = words
    return judge


judges(
    "context.overflow-code",
    on=WINDOW,
    forgery=error_edited("overflow", "code", "invalid_value", "The code names no overflow."),
)(_part("code", "context_length_exceeded", "The code of a refused overflow names it."))

judges(
    "context.overflow-type",
    on=WINDOW,
    forgery=error_edited("overflow", "type", "overflow", "The type is another."),
)(_part("type", "invalid_request_error", "The type of a refused overflow is the usual one."))

judges(
    "context.overflow-param",
    on=WINDOW,
    forgery=error_edited("overflow", "param", None, "No field is named."),
)(_part("param", "messages", "The `param` of a refused overflow is `messages`."))

_NUMBER = re.compile(r"(?<![\w-])-?\d[\d,]*(?![\w-])")
"""Numbers that stand alone: the 7 of `gemma-7b` is part of a name."""


def _numbers(reading: Reading) -> list[int]:
    found = _NUMBER.findall(reading.error.text[:2000])
    return [int(each.replace(",", "")) for each in found if len(each) < 12]


@judges(
    "context.overflow-limit",
    on=WINDOW,
    forgery=error_edited(
        "overflow", "message", "The limit is 3 tokens.", "Another limit is named."
    ),
)
def overflow_limit(transcript: Transcript) -> Statements:
    """The message of a refused overflow names the window."""
    window = transcript.setting.context_window
    for reading in _refusals(transcript):
        if reading.error.text and window not in _numbers(reading):
            where = reading.at_pointer("/error/message")
            yield Finding(where, f"{window} in the message", reading.error.text[:120], reading.id)


@judges(
    "context.overflow-count",
    on=WINDOW,
    forgery=error_edited(
        "overflow",
        "message",
        "This model's maximum context length is 4096 tokens, not -7584.",
        "An absurd count is named.",
    ),
)
def overflow_count(transcript: Transcript) -> Statements:
    """No number in the message of a refused overflow is negative or absurdly large."""
    window = transcript.setting.context_window or 0
    for reading in _refusals(transcript):
        for number in _numbers(reading):
            if number < 0 or number > 100 * window:
                where = reading.at_pointer("/error/message")
                yield Finding(where, "numbers that fit what was sent", str(number), reading.id)


@judges(
    "context.overflow-words",
    on=WINDOW,
    forgery=error_edited("overflow", "message", "Too long: 4096.", "The message has other words."),
)
def overflow_words(transcript: Transcript) -> Statements:
    """The message of a refused overflow begins with the words clients match."""
    begins = f"This model's maximum context length is {transcript.setting.context_window} tokens"
    for reading in _refusals(transcript):
        if not reading.error.text.startswith(begins):
            where = reading.at_pointer("/error/message")
            yield Finding(where, f"{begins} ...", reading.error.text[:120], reading.id)
