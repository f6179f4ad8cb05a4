"""Lies about the answer in one piece."""

from __future__ import annotations

from typing import Any

from mock_server.call import Call
from mock_server.faults import fault

Json = dict[str, Any]


@fault("response.object-name", at="document")
def misnames_its_object(document: Json, call: Call) -> Json:
    """Call a completion text_completion."""
    del call
    return {**document, "object": "text_completion"} if "choices" in document else document


@fault("response.finish-reason", at="document")
def ends_for_no_reason(document: Json, call: Call) -> Json:
    """Give null as the finish reason."""
    del call
    for choice in document.get("choices", []):
        choice["finish_reason"] = None
    return document


@fault("response.created-seconds", at="document")
def counts_milliseconds(document: Json, call: Call) -> Json:
    """Tell the time in milliseconds."""
    del call
    if "choices" in document:
        document["created"] *= 1000
    return document
