"""What a refusal says of when to come back."""

from __future__ import annotations

import re

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.chapters.limits.headers import SECONDS, WAIT
from conformance.exchange import Exchange
from conformance.field import Delay
from conformance.reading import Reading
from conformance.verdict import Finding

SDK_PATIENCE = 120
"""Seconds that the official clients wait for; a longer wait they do not take."""


def limited(reading: Reading) -> bool:
    """An answer of status 429."""
    return reading.status == 429


def without_wait(exchange: Exchange) -> Exchange:
    """Retry-After is left out."""
    return forge.without_header(exchange, WAIT)


@reads("limits.retry-after", where=limited, forgery=without_wait, rare=True)
def retry_after(reading: Reading) -> Statements:
    """A 429 has a `Retry-After` header."""
    if reading.header(WAIT) is None:
        yield Finding(reading.at_header(WAIT), "when to come back", "no such header", reading.id)


def renamed(exchange: Exchange) -> Exchange:
    """Retry-After comes under another name."""
    value = Reading(exchange).header(WAIT) or "1"
    return forge.with_header(without_wait(exchange), "x-upstream-retry-after", value)


@reads("limits.retry-after-name", where=limited, forgery=renamed, rare=True)
def retry_after_name(reading: Reading) -> Statements:
    """The wait does not come under another name alone."""
    if reading.header(WAIT) is not None:
        return
    for name, _ in reading.exchange.headers:
        if "retry" in name.lower() and "after" in name.lower() and name.lower() != "retry-after-ms":
            yield Finding(reading.at_header(name), "Retry-After", f"{name} instead", reading.id)


def waiting(reading: Reading) -> bool:
    """A refusal that says when to come back."""
    return reading.refused and reading.header(WAIT) is not None


def in_words(exchange: Exchange) -> Exchange:
    """Retry-After is `1.5s`."""
    return forge.with_header(exchange, WAIT, "1.5s")


@reads("limits.retry-after-grammar", where=waiting, forgery=in_words, rare=True)
def retry_after_grammar(reading: Reading) -> Statements:
    """`Retry-After` is digits or an HTTP date."""
    if reading.retry_after.kind is Delay.OTHER:
        value = reading.header(WAIT) or ""
        expected = "whole seconds, or an HTTP date"
        yield Finding(reading.at_header(WAIT), expected, repr(value[:60]), reading.id)


def _limited_waiting(reading: Reading) -> bool:
    return limited(reading) and waiting(reading)


def at_once(exchange: Exchange) -> Exchange:
    """Retry-After is 0."""
    return forge.with_header(exchange, WAIT, "0")


@reads("limits.retry-after-seconds", where=_limited_waiting, forgery=at_once, rare=True)
def retry_after_seconds(reading: Reading) -> Statements:
    """`Retry-After` of a 429 is a whole number of seconds, at least one."""
    seconds = reading.retry_after.seconds
    if seconds is None or seconds < 1:
        value = reading.header(WAIT) or ""
        yield Finding(reading.at_header(WAIT), "a number of seconds from 1", value[:60], reading.id)


def next_day(exchange: Exchange) -> Exchange:
    """Retry-After is a day."""
    return forge.with_header(exchange, WAIT, "86400")


@reads("limits.retry-after-short", where=_limited_waiting, forgery=next_day, rare=True)
def retry_after_short(reading: Reading) -> Statements:
    """`Retry-After` of a limit per minute is no longer than clients wait."""
    seconds = reading.retry_after.seconds
    daily = reading.error.code == "daily_quota_exceeded"
    if seconds is not None and seconds > SDK_PATIENCE and not daily:
        yield Finding(
            reading.at_header(WAIT), f"at most {SDK_PATIENCE} seconds", str(seconds), reading.id
        )


def another_wait(exchange: Exchange) -> Exchange:
    """retry-after-ms says an hour more."""
    return forge.with_header(exchange, "retry-after-ms", "3600000")


@reads("limits.retry-after-ms", where=_limited_waiting, forgery=another_wait, rare=True)
def retry_after_ms(reading: Reading) -> Statements:
    """`retry-after-ms`, where sent, agrees with `Retry-After`."""
    exact, seconds = reading.header("retry-after-ms"), reading.retry_after.seconds
    if exact is None or seconds is None:
        return
    if not SECONDS.fullmatch(exact.strip()) or abs(float(exact) / 1000 - seconds) > 1:
        where = reading.at_header("retry-after-ms")
        yield Finding(where, f"about {seconds * 1000}, as Retry-After", exact[:40], reading.id)


def kept(exchange: Exchange) -> Exchange:
    """A cache may keep the refusal for an hour."""
    return forge.with_header(exchange, "cache-control", "public, max-age=3600")


@reads("limits.not-cached", where=limited, forgery=kept, rare=True)
def not_cached(reading: Reading) -> Statements:
    """A 429 does not invite caches to keep it."""
    value = (reading.header("cache-control") or "").lower()
    if re.search(r"(max-age|s-maxage)\s*=\s*[1-9]", value) and "no-store" not in value:
        yield Finding(
            reading.at_header("cache-control"), "no-store, or nothing", value[:80], reading.id
        )
