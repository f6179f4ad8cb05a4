"""Bridge: the contract as OpenAPI 3.1, for tools that do not read 3.2 yet. Knows no such tool.

3.1 has no `itemSchema`. Tools that take `schema` of an event stream for the schema of one event
keep checking each event; what the whole stream must be is kept as `x-streamSchema`, for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def to_31(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a 3.1.1 document that says of each event what a 3.2 document says; shares nothing."""
    if not str(document.get("openapi", "")).startswith("3.2."):
        raise ValueError("only an OpenAPI 3.2 document needs the bridge")
    bridged: dict[str, Any] = _convert(document)
    bridged["openapi"] = "3.1.1"
    for tag in bridged.get("tags", []):
        _rename(tag, "summary", "x-summary")
    return bridged


def _convert(node: Any) -> Any:
    if isinstance(node, list):
        return [_convert(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    copy = {key: _convert(value) for key, value in node.items()}
    if "itemSchema" in copy:
        _rename(copy, "schema", "x-streamSchema")
        _rename(copy, "description", "x-description")
        _rename(copy, "examples", "x-examples")
        copy["schema"] = copy["itemSchema"]
        _rename(copy, "itemSchema", "x-itemSchema")
    if "dataValue" in copy:
        _rename(copy, "dataValue", "value")
        _rename(copy, "serializedValue", "x-serializedValue")
    return copy


def _rename(node: dict[str, Any], old: str, new: str) -> None:
    if old in node:
        node[new] = node.pop(old)
