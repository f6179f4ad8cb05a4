"""Lies about adapters that cannot be: taken for the base, or refused in the wrong words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import fault
from mock_server.problem import Problem

Json = dict[str, Any]

KNOWN = ("pirate", "json")


def named(body: Json) -> str | None:
    """Return the adapter that `model` names, if any."""
    _, separator, name = str(body.get("model", "")).partition(":")
    return name if separator else None


def on_the_base(body: Json) -> Json:
    """Return a body that asks the base."""
    return {**body, "model": str(body.get("model", "")).partition(":")[0], "lora": None}


@fault("lora.unknown-refused", at="body")
def takes_unknown_names_for_the_base(body: Json, call: Call) -> Json:
    """Answer from the base where `model` names an unknown adapter."""
    del call
    unknown = named(body) not in (None, "", *KNOWN)
    return on_the_base(body) if unknown else body


@fault("lora.unknown-field-refused", at="body")
def takes_unknown_fields_for_the_base(body: Json, call: Call) -> Json:
    """Answer from the base where `lora` names an unknown adapter."""
    del call
    return on_the_base(body) if body.get("lora") not in (None, *KNOWN) else body


@fault("lora.unknown-stream", at="body")
def streams_unknown_names_from_the_base(body: Json, call: Call) -> Json:
    """Stream from the base where `model` names an unknown adapter."""
    return takes_unknown_names_for_the_base(body, call) if body.get("stream") else body


@fault("lora.path-refused", at="body")
def opens_paths(body: Json, call: Call) -> Json:
    """Answer names that look like paths."""
    del call
    names = f"{named(body)}{body.get('lora')}"
    return on_the_base(body) if re.search(r"[/\\]", names) else body


@fault("lora.long-refused", at="body")
def cuts_long_names(body: Json, call: Call) -> Json:
    """Answer names of more than 64 characters."""
    del call
    return on_the_base(body) if len(named(body) or body.get("lora") or "") > 64 else body


@fault("lora.empty-refused", at="body")
def takes_nothing_for_the_base(body: Json, call: Call) -> Json:
    """Answer from the base where nothing follows the colon."""
    del call
    return on_the_base(body) if named(body) == "" else body


@fault("lora.empty-refused/field", at="body")
def takes_an_empty_field_for_the_base(body: Json, call: Call) -> Json:
    """Answer from the base where `lora` is empty."""
    del call
    return on_the_base(body) if body.get("lora") == "" else body


@fault("lora.field-type", at="body")
def ignores_what_is_no_text(body: Json, call: Call) -> Json:
    """Answer from the base where `lora` is not text."""
    del call
    odd = body.get("lora") is not None and not isinstance(body["lora"], str)
    return {**body, "lora": None} if odd else body


@fault("lora.null-field", at="body")
def dislikes_null(body: Json, call: Call) -> Json:
    """Refuse `lora: null`."""
    del call
    return {**body, "lora": 0} if "lora" in body and body["lora"] is None else body


@fault("lora.by-model", at="body")
def knows_no_colon(body: Json, call: Call) -> Json:
    """Refuse `model: "base:adapter"`."""
    del call
    return {**body, "model": "nobody"} if named(body) else body


@fault("lora.by-field", at="body")
def knows_no_field(body: Json, call: Call) -> Json:
    """Refuse the field `lora`."""
    del call
    return {**body, "lora": 0} if body.get("lora") and not named(body) else body


@fault("lora.both-same", at="body")
def wants_one_way(body: Json, call: Call) -> Json:
    """Refuse both ways at once."""
    del call
    return {**body, "lora": 0} if body.get("lora") and named(body) else body


@fault("lora.conflict-refused", at="body")
def prefers_the_field(body: Json, call: Call) -> Json:
    """Follow `lora` where `model` names another adapter."""
    del call
    both = body.get("lora") and named(body)
    return {**body, "model": str(body["model"]).partition(":")[0]} if both else body


@fault("lora.conflict-code", at="problem")
def tells_no_code(problem: Problem, call: Call) -> Problem:
    """Give another code where two adapters contradict."""
    clash = bool(call.body.get("lora") and named(call.body))
    return replace(problem, code="unsupported_value") if clash else problem


@fault("lora.unknown-404", at="problem")
def calls_it_bad(problem: Problem, call: Call) -> Problem:
    """Refuse an unknown adapter with 400."""
    del call
    return replace(problem, status=400) if problem.code == "adapter_not_found" else problem


@fault("lora.unknown-code", at="problem")
def calls_it_a_model(problem: Problem, call: Call) -> Problem:
    """Refuse an unknown adapter as an unknown model."""
    del call
    missing = problem.code == "adapter_not_found"
    return replace(problem, code="model_not_found") if missing else problem


@fault("lora.unknown-param", at="problem")
def blames_the_model(problem: Problem, call: Call) -> Problem:
    """Name `model` where `lora` named the unknown adapter."""
    del call
    return replace(problem, param="model") if problem.code == "adapter_not_found" else problem
