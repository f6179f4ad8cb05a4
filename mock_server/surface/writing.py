"""Writing: a value as the bytes of its media type. Knows no schema."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Any

from mock_server import text
from mock_server.surface.bodies import is_json

EVENTS = "text/event-stream"
LINES = frozenset({"application/jsonl", "application/x-ndjson", "application/ndjson"})
SEQUENCES = LINES | {EVENTS, "application/json-seq"}
"""Media types whose bodies are items, one after the other."""

_PIXEL = b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJg"
    b"gg=="
)


def written(name: str, value: Any) -> bytes:
    """Return a body; a text that stands for a JSON document or for events is sent as it is."""
    if isinstance(value, bytes):
        return value
    if is_json(name):
        return dumps(value)
    if isinstance(value, str):
        return _PIXEL if name == "image/png" else value.encode("utf-8", "surrogatepass")
    if name == EVENTS:
        return b"".join(_event(one) for one in _items(value))
    if name in LINES:
        return b"".join(dumps(one) + b"\n" for one in _items(value))
    if name == "application/json-seq":
        return b"".join(b"\x1e" + dumps(one) + b"\n" for one in _items(value))
    return dumps(value)


def dumps(value: Any) -> bytes:
    """Return a JSON text; whole numbers may be of any size, as documents' examples have them."""
    try:
        return text.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _event(item: Any) -> bytes:
    """Return an event: of an object with `data`, its fields; of anything else, that as data."""
    fields = item if isinstance(item, Mapping) and "data" in item else {"data": item}
    lines = [
        f"{name}: {fields[name]}"
        for name in ("event", "id", "retry")
        if fields.get(name) is not None
    ]
    data = fields["data"]
    shown = data if isinstance(data, str) else dumps(data).decode()
    lines += [f"data: {line}" for line in shown.splitlines() or [""]]
    return ("\n".join(lines) + "\n\n").encode()
