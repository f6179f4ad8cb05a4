"""Facts: what a body says: its places, their types and their values. Compares nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.recording.fixture import Fixture

DONE = "[DONE]"
EVENTS = "text/event-stream"
MOST_VALUES = 50
"""Values of a place that are remembered."""


@dataclass(slots=True)
class Place:
    """One place of a body, or of all events of a stream: `choices[].delta.content`."""

    kinds: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    """Of scalars, as JSON."""


@dataclass(slots=True)
class Facts:
    """What an answer says."""

    places: dict[str, Place] = field(default_factory=dict)
    readable: bool = True
    """The body is JSON, or events that are."""
    done: bool | None = None
    """A stream ends with its sentinel; None for what is no stream."""
    fields: set[str] = field(default_factory=set)
    """Fields of events besides `data`."""


def facts(fixture: Fixture) -> Facts:
    """Return what the answer of a fixture says."""
    found = Facts()
    if EVENTS in fixture.header("content-type"):
        _events(fixture.body, found)
        return found
    try:
        _note(json.loads(fixture.body), "", found.places)
    except (ValueError, RecursionError):
        found.readable = not fixture.body
    return found


def essence(fixture: Fixture) -> str:
    """Return the media type of an answer without its parameters."""
    return fixture.header("content-type").partition(";")[0].strip().lower()


def _events(body: bytes, found: Facts) -> None:
    found.done = False
    for fields in _blocks(body.decode("utf-8-sig", "replace").splitlines()):
        found.fields |= fields.keys() - {"data"}
        data = fields.get("data")
        if data is None:
            continue
        if data == DONE:
            found.done = True
            continue
        try:
            _note(json.loads(data), "", found.places)
        except (ValueError, RecursionError):
            found.readable = False


def _blocks(lines: Iterable[str]) -> Iterator[Mapping[str, str]]:
    fields: dict[str, str] = {}
    for line in [*lines, ""]:
        if not line:
            if fields:
                yield fields
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            fields[name] = f"{fields[name]}\n{value}" if name in fields else value


def _note(value: Any, place: str, places: dict[str, Place]) -> None:
    waiting = [(value, place)]
    while waiting:
        value, place = waiting.pop()
        here = places.setdefault(place or "body", Place())
        here.kinds.add(_kind(value))
        if isinstance(value, dict):
            waiting += [(inner, f"{place}.{name}".lstrip(".")) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(inner, f"{place}[]") for inner in value]
        elif len(here.values) < MOST_VALUES:
            here.values.add(json.dumps(value, ensure_ascii=False))


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
