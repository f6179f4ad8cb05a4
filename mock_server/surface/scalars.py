"""Scalars: texts of a format or a length, and numbers in a range. Knows no object and no array."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mock_server.surface.draw import Draw

WORDS = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbour", "island", "juniper",
    "kelp", "lagoon", "meadow", "north", "orchid", "pebble", "quarry", "river", "stone", "tundra",
    "upland", "valley", "willow", "yarrow", "zephyr",
)  # fmt: skip
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_YEAR = 365 * 24 * 3600
_INT32 = 2**31 - 1
USUAL = 1_000
"""Numbers without a limit stay below this."""


def word(draw: Draw) -> str:
    """Return a word."""
    return draw.among(WORDS)


def text(schema: Mapping[str, Any], draw: Draw) -> str:
    """Return a text of the schema's format and length."""
    made = _FORMATS.get(str(schema.get("format")), _words)(draw)
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    while len(made) < least:
        made += f" {word(draw)}"
    return made if most is None else made[:most].rstrip() if most >= least + 1 else made[:most]


def number(schema: Mapping[str, Any], draw: Draw, *, whole: bool) -> int | float:
    """Return a number within the schema's limits, where there are any."""
    low, high = _limits(schema, whole)
    step = schema.get("multipleOf")
    if whole and (step is None or float(step).is_integer()):
        unit = int(step or 1)
        first, last = math.ceil(low / unit), math.floor(high / unit)
        return unit * (draw.between(first, last) if first <= last else first)
    if step:
        first, last = math.ceil(low / step), math.floor(high / step)
        times = draw.between(first, last) if first <= last else first
        return float(round(times * step, 12))
    return round(low + (high - low) * draw.below(1001) / 1000, 6)


def _limits(schema: Mapping[str, Any], whole: bool) -> tuple[float, float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    gap = 1 if whole else 1e-6
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if above is not None and (low is None or above >= low):
        low = above + gap
    if below is not None and (high is None or below <= high):
        high = below - gap
    if low is None:
        if high is None:
            return 1, USUAL
        return (high - USUAL if high < 1 else 1), high
    if high is None:
        return low, max(low, min(low + USUAL, _INT32))
    return low, high


def _words(draw: Draw) -> str:
    return f"{word(draw)} {word(draw)}"


def _moment(draw: Draw) -> datetime:
    return _EPOCH + timedelta(seconds=draw.below(_YEAR))


def _uuid(draw: Draw) -> str:
    return str(UUID(int=draw.below(2**64) << 64 | draw.below(2**64), version=4))


def _host(draw: Draw) -> str:
    return f"{word(draw)}.example"


_FORMATS: Mapping[str, Callable[[Draw], str]] = {
    "date-time": lambda draw: _moment(draw).isoformat().replace("+00:00", "Z"),
    "date": lambda draw: _moment(draw).date().isoformat(),
    "time": lambda draw: f"{_moment(draw):%H:%M:%S}Z",
    "duration": lambda draw: f"PT{draw.between(1, 59)}M",
    "email": lambda draw: f"{word(draw)}@{_host(draw)}",
    "idn-email": lambda draw: f"{word(draw)}@{_host(draw)}",
    "hostname": _host,
    "idn-hostname": _host,
    "ipv4": lambda draw: f"192.0.2.{draw.between(1, 254)}",
    "ipv6": lambda draw: f"2001:db8::{draw.between(1, 65535):x}",
    "uri": lambda draw: f"https://{_host(draw)}/{word(draw)}",
    "url": lambda draw: f"https://{_host(draw)}/{word(draw)}",
    "iri": lambda draw: f"https://{_host(draw)}/{word(draw)}",
    "uri-reference": lambda draw: f"/{word(draw)}/{word(draw)}",
    "iri-reference": lambda draw: f"/{word(draw)}/{word(draw)}",
    "uri-template": lambda draw: f"/{word(draw)}/{{id}}",
    "uuid": _uuid,
    "json-pointer": lambda draw: f"/{word(draw)}/{draw.below(9)}",
    "relative-json-pointer": lambda draw: f"{draw.below(3)}/{word(draw)}",
    "regex": lambda draw: f"^{word(draw)}[0-9]+$",
    "byte": lambda draw: b64encode(_words(draw).encode()).decode(),
    "base64url": lambda draw: b64encode(_words(draw).encode()).decode().rstrip("="),
}
