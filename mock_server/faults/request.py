"""Lies about what may be asked."""

from __future__ import annotations

from typing import Any

from mock_server.call import Call
from mock_server.faults import fault

Json = dict[str, Any]


@fault("request.null-is-default", at="body")
def dislikes_null(body: Json, call: Call) -> Json:
    """Refuse null where it means the default."""
    del call
    return {key: {} if value is None else value for key, value in body.items()}


@fault("request.temperature-range", at="body")
def takes_any_temperature(body: Json, call: Call) -> Json:
    """Take any temperature."""
    del call
    return {key: value for key, value in body.items() if key != "temperature"}


@fault("request.unknown-fields-ignored", at="body")
def dislikes_unknown_fields(body: Json, call: Call) -> Json:
    """Refuse fields that the contract does not know."""
    del call
    known = {"model", "messages", "stream", "stream_options", "max_tokens", "temperature", "top_p"}
    return body if body.keys() <= known else {**body, "n": 0}


@fault("request.tools-refused", at="body")
def drops_tools(body: Json, call: Call) -> Json:
    """Take tools and ignore them."""
    del call
    return {key: value for key, value in body.items() if key not in ("tools", "tool_choice")}
