"""Models: what `/models` lists, from the contract's facts and the adapters. Serves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openapi import ModelFacts

_PER_MILLION = 1_000_000


def documents(facts: ModelFacts, adapters: Sequence[str]) -> list[dict[str, Any]]:
    """Return the base model and one model for each adapter, as JSON objects."""
    base = _document(facts, facts.id, None)
    return [
        base,
        *(
            _document(facts, f"{facts.id}{facts.adapter_separator}{name}", facts.id)
            for name in adapters
        ),
    ]


def listing(
    found: Sequence[dict[str, Any]], modality: str | None, provider: str | None
) -> dict[str, Any]:
    """Return the list, narrowed to a modality and a provider where these are given."""
    data = [
        document
        for document in found
        if modality in (None, document["modality"]) and provider in (None, document["owned_by"])
    ]
    return {"object": "list", "data": data}


def _document(facts: ModelFacts, identity: str, parent: str | None) -> dict[str, Any]:
    return {
        "id": identity,
        "object": "model",
        "created": facts.created,
        "owned_by": facts.owned_by,
        "context_window": facts.context_window,
        "max_output_tokens": facts.max_output_tokens,
        "pricing": {"input": _dollars(facts.input_price), "output": _dollars(facts.output_price)},
        "capabilities": list(facts.capabilities),
        "modality": facts.modality,
        "parent": parent,
        "root": identity if parent is None else identity.partition(facts.adapter_separator)[2],
    }


def _dollars(nano_usd: int) -> str:
    """Return a price a token as USD a million tokens, three decimals, by integer arithmetic."""
    milli = nano_usd * _PER_MILLION // 1_000_000
    return f"{milli // 1000}.{milli % 1000:03d}"
