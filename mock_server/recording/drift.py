"""Drift: what was recorded against what is answered today, place by place. Asks nobody.

Of each difference it is told whether it may be: ids, moments and sampled texts are new every time;
a member that is gone, another type, another word where words are fixed, is drift.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mock_server.recording.facts import Facts, essence, facts
from mock_server.recording.fixture import Fixture

FREE = frozenset(
    {
        "id",
        "created",
        "system_fingerprint",
        "content",
        "text",
        "arguments",
        "refusal",
        "token",
        "tokens",
        "logprob",
        "bytes",
        "message",
        "request_id",
        "embedding",
        "completion_tokens",
        "total_tokens",
        "cost",
        "obfuscation",
        "service_tier",
    }
)
"""Members whose values are new every time."""
FREE_ENDINGS = ("_at", "_id", "_url", "_ms", "_cents", "_logprobs", "_offset", "_details")
FREE_BELOW = frozenset({"logprobs", "top_logprobs", "embedding", "metadata"})
"""Members below which everything is."""
SAMPLED = frozenset({"finish_reason"})
"""Members whose values follow from the text, so only greedy texts fix them."""
HEADERS = ("retry-after", "x-request-id", "www-authenticate", "allow", "x-cost-cents")
HEADER_BEGINNINGS = ("x-ratelimit-",)
SHOWN = 4
"""Values of a place that are told."""


class Kind(StrEnum):
    """What a difference is."""

    GONE = "gone"
    NEW = "new"
    TYPE = "type"
    VALUE = "value"
    MAY_DIFFER = "may differ"

    @property
    def drift(self) -> bool:
        """It is a change of the gateway, not of the moment."""
        return self is not Kind.MAY_DIFFER


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the two answers are not alike."""

    place: str
    kind: Kind
    recorded: str
    now: str


def drift(recorded: Fixture, now: Fixture) -> list[Difference]:
    """Return every difference, drift first."""
    found = [*_heads(recorded, now)]
    if recorded.status == now.status and essence(recorded) == essence(now):
        found += _bodies(facts(recorded), facts(now), recorded)
    return sorted(found, key=lambda one: (not one.kind.drift, one.place))


def _heads(recorded: Fixture, now: Fixture) -> Iterator[Difference]:
    if recorded.status != now.status:
        yield Difference("status", Kind.VALUE, str(recorded.status), str(now.status))
    if essence(recorded) != essence(now):
        yield Difference("content-type", Kind.VALUE, essence(recorded), essence(now))
    before, after = (
        {name.lower() for name, _ in one.headers if _told(name.lower())} for one in (recorded, now)
    )
    for name in sorted(before - after):
        yield Difference(f"header {name}", Kind.GONE, "there", "not there")
    for name in sorted(after - before):
        yield Difference(f"header {name}", Kind.NEW, "not there", "there")


def _told(name: str) -> bool:
    return name in HEADERS or name.startswith(HEADER_BEGINNINGS)


def _bodies(before: Facts, after: Facts, recorded: Fixture) -> Iterator[Difference]:
    if before.readable != after.readable:
        words = {True: "readable", False: "not readable"}
        yield Difference("body", Kind.TYPE, words[before.readable], words[after.readable])
    if before.done != after.done:
        words = {True: "sent", False: "not sent", None: "no stream"}  # type: ignore[dict-item]
        yield Difference("[DONE]", Kind.VALUE, words[before.done], words[after.done])  # type: ignore[index]
    for name in sorted(before.fields ^ after.fields):
        kind = Kind.GONE if name in before.fields else Kind.NEW
        yield Difference(f"event field {name}", kind, *_there(kind))
    greedy = _greedy(recorded)
    for place in dict.fromkeys([*before.places, *after.places]):
        one, other = before.places.get(place), after.places.get(place)
        if one is None or other is None:
            kind = Kind.NEW if one is None else Kind.GONE
            # Of what is gone or new, its members are no news.
            above = place.rpartition(".")[0].rstrip("[]")
            if not above or (above in before.places) == (above in after.places):
                yield Difference(place, kind, *_there(kind))
        elif one.kinds != other.kinds:
            yield Difference(
                place, Kind.TYPE, " or ".join(sorted(one.kinds)), " or ".join(sorted(other.kinds))
            )
        elif one.values != other.values:
            kind = Kind.MAY_DIFFER if _free(place, greedy) else Kind.VALUE
            yield Difference(place, kind, _some(one.values), _some(other.values))


def _there(kind: Kind) -> tuple[str, str]:
    return ("there", "not there") if kind is Kind.GONE else ("not there", "there")


def _free(place: str, greedy: bool) -> bool:
    parts = [part.rstrip("[]") for part in place.split(".")]
    name = parts[-1]
    if name in FREE or name.endswith(FREE_ENDINGS) or (name in SAMPLED and not greedy):
        return True
    return any(part in FREE_BELOW for part in parts[:-1])


def _some(values: set[str]) -> str:
    shown = sorted(values)[:SHOWN]
    text = ", ".join(one if len(one) <= 60 else f"{one[:57]}..." for one in shown)
    return text + (f" and {len(values) - SHOWN} more" if len(values) > SHOWN else "")


def _greedy(fixture: Fixture) -> bool:
    try:
        asked = json.loads(fixture.asked.body)
    except ValueError:
        return False
    return isinstance(asked, dict) and asked.get("temperature") == 0
