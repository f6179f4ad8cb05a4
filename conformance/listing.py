"""Listing: what a list of models says, read tolerantly. Knows nothing of what it should say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reading import Reading

_WINDOW_NAMES = ("context_window", "context_length", "max_model_len", "max_context_length")
"""What servers in the field call the context window: gateways, llama.cpp's kin, vLLM."""


def models(reading: Reading) -> tuple[Mapping[str, Any], ...]:
    """Return the entries of a list of models, those that are objects."""
    document = reading.json.value
    entries = document.get("data") if isinstance(document, dict) else document
    if not reading.ok or not isinstance(entries, list):
        return ()
    return tuple(entry for entry in entries if isinstance(entry, dict))


def model_ids(reading: Reading) -> tuple[str, ...]:
    """Return the ids that are strings, in order."""
    return tuple(entry["id"] for entry in models(reading) if isinstance(entry.get("id"), str))


def adapters_of(reading: Reading, model: str) -> tuple[str, ...]:
    """Return the names of the adapters a list shows for a model: `base:name` with that parent."""
    prefix = f"{model}:"
    return tuple(
        entry["id"].removeprefix(prefix)
        for entry in models(reading)
        if isinstance(entry.get("id"), str)
        and entry["id"].startswith(prefix)
        and entry.get("parent", model) == model
    )


def parent_of(reading: Reading, model: str) -> str:
    """Return what a listed `base:name` stands on; any other model stands on itself."""
    base = model.rpartition(":")[0]
    for entry in models(reading):
        if base and entry.get("id") == model and entry.get("parent") == base:
            return base
    return model


def window_of(reading: Reading, model: str) -> int | None:
    """Return the context window a list claims for a model."""
    for entry in models(reading):
        if entry.get("id") == model:
            for name in _WINDOW_NAMES:
                value = entry.get(name)
                if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                    return value
    return None
