"""Selectors: under which names a request asked for its model. Knows no answer."""

from __future__ import annotations

from conformance.reading import Reading


def selectors(reading: Reading) -> tuple[str, ...]:
    """Return the request's `model`, and where it has `lora`, the two together as well."""
    model, adapter = reading.asked("model"), reading.asked("lora")
    if not isinstance(model, str):
        return ()
    return (model, f"{model}:{adapter}") if isinstance(adapter, str) else (model,)
