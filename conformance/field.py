"""Values of HTTP header fields, by their grammar. Knows nothing of which header should be there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'\s*;\s*(?:({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]++|\\.)*+)"))?', re.DOTALL)
_ESSENCE = re.compile(rf"\s*({_TOKEN}/{_TOKEN})")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_TIME = r"(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
_DATES = tuple(
    re.compile(form)
    for form in (
        rf"{_DAY}, (?P<day>\d{{2}}) {_MONTH} (?P<year>\d{{4}}) {_TIME} GMT",
        rf"{_WEEKDAY}, (?P<day>\d{{2}})-{_MONTH}-(?P<year>\d{{2}}) {_TIME} GMT",
        rf"{_DAY} {_MONTH} (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A Content-Type taken apart."""

    essence: str = ""
    """`type/subtype` in lower case; empty when the header is absent or no media type."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Names in lower case, values unquoted."""

    @property
    def charset(self) -> str | None:
        """The charset parameter in lower case."""
        return next((value.lower() for name, value in self.parameters if name == "charset"), None)


class Delay(StrEnum):
    """What a Retry-After holds."""

    ABSENT = "absent"
    SECONDS = "seconds"
    DATE = "date"
    OTHER = "other"
    """Neither: fractions, signs, units, words."""


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """A Retry-After taken apart, RFC 9110 10.2.3."""

    kind: Delay = Delay.ABSENT
    raw: str = ""
    seconds: int | None = None
    at: float | None = None
    """Unix seconds, for a date."""


def media_type(text: str | None) -> MediaType:
    """Take a Content-Type apart, RFC 9110 8.3.1; what follows the first nonsense is dropped."""
    found = _ESSENCE.match(text or "")
    if not found or text is None:
        return MediaType()
    parameters: list[tuple[str, str]] = []
    position = found.end()
    while part := _PARAMETER.match(text, position):
        position = part.end()
        name, token, quoted = part.groups()
        if name:
            value = token if token is not None else re.sub(r"\\(.)", r"\1", quoted)
            parameters.append((name.lower(), value))
    return MediaType(found[1].lower(), tuple(parameters))


def retry_after(text: str | None) -> RetryAfter:
    """Take a Retry-After apart; None stands for no such header."""
    if text is None:
        return RetryAfter()
    raw = text.strip(" \t")
    if raw.isascii() and raw.isdigit():
        return RetryAfter(Delay.SECONDS, raw, int(raw) if len(raw) <= 15 else 10**15)
    at = http_date(raw)
    return RetryAfter(Delay.OTHER if at is None else Delay.DATE, raw, at=at)


def http_date(text: str | None) -> float | None:
    """Unix seconds of an HTTP-date in any of its three forms, RFC 9110 5.6.7, else None."""
    for form in _DATES:
        found = form.fullmatch((text or "").strip(" \t"))
        if found:
            part = found.groupdict()
            year = int(part["year"])
            if year < 100:
                # Two digits mean the nearest such year; those of this protocol began in 1991.
                year += 1900 if year >= 91 else 2000
            try:
                when = datetime(
                    year,
                    _MONTHS.index(part["month"]) + 1,
                    int(part["day"]),
                    int(part["hour"]),
                    int(part["minute"]),
                    min(int(part["second"]), 59),
                    tzinfo=UTC,
                )
            except ValueError:
                return None
            return when.timestamp()
    return None


def tokens(text: str) -> tuple[str, ...]:
    """A comma-separated list in lower case, empty members dropped."""
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())
