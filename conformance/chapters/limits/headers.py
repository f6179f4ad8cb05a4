"""The headers that say how many requests remain."""

from __future__ import annotations

import itertools
import re

from conformance import forge
from conformance.baseline import BASELINE
from conformance.capability import ABSENT, EFFECTIVE, Found, capability
from conformance.catalogue import Statements, judges, reads
from conformance.exchange import Exchange
from conformance.kinds import chat_answer, streamed
from conformance.probe import Transcript
from conformance.probes.limits import OVER_LIMIT, SMALL_QUOTA
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable

LIMIT = "x-ratelimit-limit-requests"
REMAINING = "x-ratelimit-remaining-requests"
RESET = "x-ratelimit-reset-requests"
WAIT = "retry-after"
COUNT = re.compile(r"\d{1,18}")
SECONDS = re.compile(r"\d{1,12}(\.\d{1,9})?")


@capability("rate-headers", on=BASELINE)
def rate_headers(transcript: Transcript) -> Found:
    """Answers say how many requests remain."""
    reading = transcript["plain"]
    kind = EFFECTIVE if reading.header(REMAINING) is not None else ABSENT
    return Found(kind, REMAINING, reading.id)


def _heard(transcript: Transcript, label: str) -> Reading:
    reading = transcript[label]
    if reading.status is None:
        raise Inconclusive(f"{reading.id}: {reading.exchange.ending.value}")
    return reading


def _authenticated(reading: Reading) -> bool:
    return chat_answer(reading) and reading.exchange.request.authorization == "Bearer {valid}"


def _header_judge(identity: str, name: str, grammar: re.Pattern[str], what: str) -> None:
    """Declare the judge of one rate-limit header."""

    def judge(reading: Reading) -> Statements:
        value = reading.header(name)
        if value is None or not grammar.fullmatch(value.strip()):
            yield Finding(reading.at_header(name), what, repr(value)[:60], reading.id)

    def forgery(exchange: Exchange) -> Exchange:
        return forge.with_header(exchange, name, "12ms")

    judge.__doc__ = f"`{name}` is {what}."
    forgery.__doc__ = f"{name} is `12ms`."
    reads(identity, where=_authenticated, forgery=forgery)(judge)


_header_judge("limits.limit-header", LIMIT, COUNT, "an integer")
_header_judge("limits.remaining-header", REMAINING, COUNT, "an integer")
_header_judge("limits.reset-header", RESET, SECONDS, "a number of seconds")


def bare(exchange: Exchange) -> Exchange:
    """The rate-limit headers are left out."""
    return forge.without_header(forge.without_header(exchange, LIMIT), REMAINING)


@reads(
    "limits.headers-on-stream",
    where=lambda reading: streamed(reading) and _authenticated(reading),
    forgery=bare,
)
def headers_on_stream(reading: Reading) -> Statements:
    """A stream carries the rate-limit headers too."""
    for name in (LIMIT, REMAINING, RESET):
        if reading.header(name) is None:
            yield Finding(reading.at_header(name), "as on other answers", "none", reading.id)
            return


def _authentic_elsewhere(reading: Reading) -> bool:
    """A call of the valid key that is no completion, and that the contract counts."""
    request = reading.exchange.request
    if request.authorization != "Bearer {valid}" or request.at_root or not reading.clear:
        return False
    listed = request.method == "GET" and request.path.startswith("/models") and reading.ok
    return listed or (reading.is_chat and reading.status in (400, 404))


@reads("limits.headers-elsewhere", where=_authentic_elsewhere, forgery=bare)
def headers_elsewhere(reading: Reading) -> Statements:
    """Other answers and refusals carry the rate-limit headers too."""
    for name in (LIMIT, REMAINING, RESET):
        if reading.header(name) is None:
            yield Finding(reading.at_header(name), "as on completions", "none", reading.id)
            return


LONGEST_RESET = 3600
"""Seconds. A limit per minute is whole again long before."""


def _used_up(reading: Reading) -> bool:
    reset = (reading.header(RESET) or "").strip()
    none_left = (reading.header(REMAINING) or "").strip() == "0"
    daily = reading.error.code == "daily_quota_exceeded"
    return reading.status == 429 and none_left and bool(SECONDS.fullmatch(reset)) and not daily


def at_once(exchange: Exchange) -> Exchange:
    """All requests are said to be there again at once."""
    return forge.with_header(exchange, RESET, "0")


@reads("limits.reset-plausible", where=_used_up, forgery=at_once, rare=True)
def reset_plausible(reading: Reading) -> Statements:
    """The last of the requests is back no sooner than the first, and within the hour."""
    reset = float(reading.header(RESET) or 0)
    wait = reading.retry_after.seconds or 0
    # Both may be rounded, one up and the other down.
    if not (0 < reset <= LONGEST_RESET and reset >= wait - 1):
        expected = f"at least {max(wait, 1)} and at most {LONGEST_RESET} seconds"
        yield Finding(reading.at_header(RESET), expected, f"{reset:g}", reading.id)


def _counted(reading: Reading) -> bool:
    values = (reading.header(LIMIT), reading.header(REMAINING))
    return all(value is not None and re.fullmatch(r"-?\d{1,18}", value) for value in values)


def below_zero(exchange: Exchange) -> Exchange:
    """Fewer than no requests remain."""
    return forge.with_header(exchange, REMAINING, "-1")


@reads("limits.remaining-bounds", where=_counted, forgery=below_zero, rare=True)
def remaining_bounds(reading: Reading) -> Statements:
    """What remains is between 0 and the limit."""
    limit, remaining = int(reading.header(LIMIT) or 0), int(reading.header(REMAINING) or 0)
    # Deliberate: twice the limit may remain where the published burst allows for it.
    if not 0 <= remaining <= 2 * limit:
        yield Finding(reading.at_header(REMAINING), f"0 to {limit}", str(remaining), reading.id)


def some_left(transcript: Transcript) -> Transcript:
    """A refusal says that 3 requests remain."""
    exchange = transcript["plain"].exchange
    return transcript.replacing(forge.with_header(exchange, REMAINING, "3"))


@judges("limits.remaining-zero", on=OVER_LIMIT, forgery=some_left)
def remaining_zero(transcript: Transcript) -> Statements:
    """On a 429 no request remains."""
    reading = _heard(transcript, "plain")
    value = reading.header(REMAINING)
    if reading.status != 429 or value is None:
        raise NotApplicable("no 429 that says how many remain")
    if value.strip() != "0":
        yield Finding(reading.at_header(REMAINING), "0", value[:40], reading.id)


def stands_still(transcript: Transcript) -> Transcript:
    """What remains never changes."""
    return transcript.with_exchanges(
        forge.with_header(each, REMAINING, "5") for each in transcript.exchanges
    )


@judges("limits.remaining-falls", on=SMALL_QUOTA, forgery=stands_still)
def remaining_falls(transcript: Transcript) -> Statements:
    """What remains falls with each request of a burst."""
    row = [each for each in transcript.labelled("row") if each.ok]
    counts = [(int(each.header(REMAINING) or 0), each) for each in row if _counted(each)]
    if len(counts) < 2:
        raise NotApplicable("answers do not say how many requests remain")
    for (before, _), (after, reading) in itertools.pairwise(counts):
        if after >= before:
            expected = f"less than {before}, as before this request"
            yield Finding(reading.at_header(REMAINING), expected, str(after), reading.id)


def another_limit(transcript: Transcript) -> Transcript:
    """The limit changes from one answer to the next."""
    return transcript.replacing(forge.with_header(transcript["row-1"].exchange, LIMIT, "6"))


@judges("limits.limit-constant", on=SMALL_QUOTA, forgery=another_limit)
def limit_constant(transcript: Transcript) -> Statements:
    """The limit of a key is the same on each of its answers."""
    seen: dict[str, Reading] = {}
    for reading in transcript.labelled("row"):
        value = reading.header(LIMIT)
        if value is not None:
            seen.setdefault(value, reading)
    if len(seen) > 1:
        values = list(seen)
        last = seen[values[-1]]
        yield Finding(last.at_header(LIMIT), values[0], values[-1], last.id)
