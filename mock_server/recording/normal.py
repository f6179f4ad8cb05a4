"""Normal: two requests that ask for the same, in whatever spelling, as the same plain data."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from mock_server.recording.fixture import Asked
from mock_server.text import NotJsonError, loads

_BOUNDARY = re.compile(r"boundary=\"?([^\";,]+)\"?", re.IGNORECASE)
MISSING = "(nothing)"

Normal = Mapping[str, Any]
"""`method`, `path`, `query` and `body`, without what is ignored."""


def normal(asked: Asked, ignored: Iterable[str] = ()) -> Normal:
    """Return what a request asks for.

    Of a JSON body, members that are null count as absent, their order and the spelling of numbers
    do not count, nor do the members that are `ignored`: dotted paths such as `metadata.trace`.
    """
    return {
        "method": asked.method.upper(),
        "path": asked.path,
        "query": sorted(parse_qsl(asked.query, keep_blank_values=True)),
        "body": _body(asked, [path.split(".") for path in ignored]),
    }


def key(asked: Normal) -> str:
    """Return what stands for all requests that ask for the same."""
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def differences(recorded: Normal, sent: Normal) -> Iterator[tuple[str, str, str]]:
    """Yield each place where two requests differ: what was recorded there, and what was sent."""
    for part in ("method", "path", "query", "body"):
        yield from _between(part, recorded[part], sent[part])


def _between(place: str, one: Any, other: Any) -> Iterator[tuple[str, str, str]]:
    if one is other or _text(one) == _text(other):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            inner = f"{place}.{name}".removeprefix("body.")
            yield from _between(inner, one.get(name, _NONE), other.get(name, _NONE))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from _between(f"{place}[{index}]", first, second)
    else:
        yield place, _shown(one), _shown(other)


class _Nothing:
    def __repr__(self) -> str:
        return MISSING


def _text(value: Any) -> str:
    # Compared as text: to Python, true equals 1.
    return json.dumps(value, sort_keys=True, default=repr)


_NONE = _Nothing()


def _shown(value: Any) -> str:
    if value is _NONE:
        return MISSING
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _body(asked: Asked, ignored: list[list[str]]) -> Any:
    label = asked.headers.get("content-type", "")
    if not asked.body:
        return None
    if "json" in label or not label:
        try:
            return _plain(_without(loads(asked.body), ignored))
        except NotJsonError:
            pass
    boundary = _BOUNDARY.search(label)
    body = asked.body
    if boundary is not None:
        # Clients make up another boundary each time; it says nothing.
        body = body.replace(boundary[1].encode(), b"boundary")
    return f"{len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()[:16]}"


def _without(value: Any, ignored: list[list[str]]) -> Any:
    for path in ignored:
        owner = value
        for part in path[:-1]:
            owner = owner.get(part) if isinstance(owner, dict) else None
        if isinstance(owner, dict):
            owner.pop(path[-1], None)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
