"""Violations: which requirement wants which flaw refused, with which code. Weighs no body itself.

`strict` marks what only this gateway's own contract forbids: servers that are kind to their clients
read it, and nobody may blame them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.fuzz.flaws import Flaw, written
from conformance.json_view import ABSENT

MISSING = "missing_required_parameter"
TYPE = "invalid_type"
VALUE = "invalid_value"
LACKING = "unsupported_parameter"
UNSUPPORTED = "unsupported_value"
NOT_JSON = "invalid_json"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something for which a request is to be refused."""

    requirement: str
    why: str
    code: str = ""
    """The code that this contract has for it; empty where none is judged."""
    param: str = ""
    """The field that this contract names; empty where none is judged, `null` where none."""
    field: str = ""
    """The top-level field at fault."""
    strict: bool = False
    """Judged in scope `gateway` only."""
    naming: tuple[str, str] = ("", "")
    """Requirements that judge code and param."""


_JSON = ("request.json-code", "request.json-param")
BODY: Mapping[str, Fault] = {
    "empty": Fault("request.empty-body-refused", "the body is empty", NOT_JSON, "null"),
    "not-utf8": Fault("request.not-utf8-refused", "the body is not UTF-8", strict=True),
    "constant": Fault("request.nan-refused", "NaN and Infinity are not JSON", strict=True),
    "syntax": Fault("request.json-syntax-refused", "the body is not JSON", NOT_JSON, "null",
                    strict=True, naming=_JSON),
    "object": Fault("request.json-object-refused", "the body is no object", NOT_JSON, "null",
                    naming=_JSON),
    "scalar": Fault("request.json-object-refused", "the body is no object", NOT_JSON, "null",
                    strict=True, naming=_JSON),
}  # fmt: skip

MEDIA: Mapping[str, Fault] = {
    "text/plain": Fault("transport.text-body-refused", "the body is labelled text/plain"),
    "application/x-www-form-urlencoded": Fault("transport.form-body-refused",
                                               "the body is labelled as a form"),
}  # fmt: skip
"""Media type of a request → why it is to be refused, whatever its body holds."""

_MISSING = ("request.missing-code", "request.missing-param")
_MISSING_IN = ("request.missing-code", "request.missing-path")
_TYPED = ("request.type-code", "request.type-param")
_TYPED_IN = ("request.type-code", "request.type-path")
_RANGED = ("request.range-code", "request.range-param")
_ROLE = ("request.unknown-role-code", "request.unknown-role-param")
_PART = ("request.part-code", "")
_TOOLS = ("request.tools-code", "request.tools-param")
_FORMAT = ("request.json-mode-code", "")
CONFLICT = ("request.conflict-code", "")
TURNS = ("request.turns-code", "request.turns-param")
_NOTHING = ("", "")

Row = tuple[str, str, bool, tuple[str, str]]
"""Requirement, code, strict, and the requirements that judge code and param."""

_TABLE: Mapping[tuple[str, str], Row] = {
    ("model", "required"): ("request.model-required", MISSING, False, _MISSING),
    ("model", "type"): ("request.model-type-refused", TYPE, False, _TYPED),
    ("messages", "required"): ("request.messages-required", MISSING, False, _MISSING),
    ("messages", "type"): ("request.messages-type-refused", TYPE, False, _TYPED),
    ("messages", "minItems"): ("request.messages-empty-refused", VALUE, False,
                               ("request.messages-empty-code", "request.messages-empty-param")),
    ("messages[]", "type"): ("request.message-type-refused", TYPE, False, _TYPED_IN),
    ("messages[].role", "required"): ("request.role-required", MISSING, False, _MISSING_IN),
    ("messages[].role", "type"): ("request.role-type-refused", TYPE, False, _TYPED_IN),
    ("messages[].role", "enum"): ("request.unknown-role-refused", UNSUPPORTED, False, _ROLE),
    ("messages[].content", "required"): ("request.content-required", MISSING, False, _MISSING_IN),
    ("messages[].content", "type"): ("request.content-type-refused", TYPE, False, _TYPED_IN),
    ("messages[].content", "minItems"): ("request.empty-parts-refused", VALUE, True, _NOTHING),
    ("messages[].content[]", "type"): ("request.content-type-refused", TYPE, True, _NOTHING),
    ("messages[].content[].type", "enum"): ("request.part-unknown-refused", UNSUPPORTED, False,
                                            _PART),
    ("messages[].content[].type", "required"): ("request.part-unknown-refused", MISSING, True,
                                                _NOTHING),
    ("messages[].content[].text", "required"): ("request.part-without-text-refused", MISSING,
                                                False, _NOTHING),
    ("temperature", "type"): ("request.temperature-type-refused", TYPE, False, _TYPED),
    ("max_tokens", "type"): ("request.max-tokens-type-refused", TYPE, False, _TYPED),
    ("max_completion_tokens", "type"): ("request.max-tokens-type-refused", TYPE, True, _TYPED),
    ("stop", "type"): ("request.stop-type-refused", TYPE, False, _TYPED),
    ("stop[]", "type"): ("request.stop-type-refused", TYPE, True, _NOTHING),
    ("stream", "type"): ("request.stream-type-refused", TYPE, False, _TYPED),
    ("stream_options", "type"): ("request.stream-options-type-refused", TYPE, False, _TYPED),
    ("top_p", "type"): ("request.sampling-types-refused", TYPE, False, _TYPED),
    ("n", "type"): ("request.sampling-types-refused", TYPE, False, _TYPED),
    ("seed", "type"): ("request.sampling-types-refused", TYPE, False, _TYPED),
    ("presence_penalty", "type"): ("request.sampling-types-refused", TYPE, False, _TYPED),
    ("frequency_penalty", "type"): ("request.sampling-types-refused", TYPE, False, _TYPED),
    ("temperature", "minimum"): ("request.temperature-range", VALUE, False, _RANGED),
    ("temperature", "maximum"): ("request.temperature-range", VALUE, False, _RANGED),
    ("top_p", "minimum"): ("request.top-p-range", VALUE, False, _RANGED),
    ("top_p", "maximum"): ("request.top-p-range", VALUE, False, _RANGED),
    ("presence_penalty", "minimum"): ("request.presence-range", VALUE, False, _RANGED),
    ("presence_penalty", "maximum"): ("request.presence-range", VALUE, False, _RANGED),
    ("frequency_penalty", "minimum"): ("request.frequency-range", VALUE, False, _RANGED),
    ("frequency_penalty", "maximum"): ("request.frequency-range", VALUE, False, _RANGED),
    ("n", "minimum"): ("request.n-zero-refused", VALUE, False, _RANGED),
    ("n", "maximum"): ("request.n-large-refused", VALUE, True, _RANGED),
    ("max_tokens", "minimum"): ("request.max-tokens-zero-refused", VALUE, False, _RANGED),
    ("max_tokens", "maximum"): ("request.max-tokens-large-refused", VALUE, True, _RANGED),
    ("max_completion_tokens", "minimum"): ("request.max-tokens-zero-refused", VALUE, True,
                                           _RANGED),
    ("max_completion_tokens", "maximum"): ("request.max-tokens-large-refused", VALUE, True,
                                           _RANGED),
    ("top_k", "minimum"): ("request.top-k-range", VALUE, True, _RANGED),
    ("top_k", "maximum"): ("request.top-k-range", VALUE, True, _RANGED),
    ("seed", "minimum"): ("request.seed-range", VALUE, True, _RANGED),
    ("seed", "maximum"): ("request.seed-range", VALUE, True, _RANGED),
    ("stop", "maxItems"): ("request.stop-count", VALUE, False, _RANGED),
    ("stop", "minItems"): ("request.stop-empty", VALUE, True, _NOTHING),
    ("stop", "minLength"): ("request.stop-empty", VALUE, True, _RANGED),
    ("stop[]", "minLength"): ("request.stop-empty", VALUE, True, _NOTHING),
    ("logit_bias", "propertyNames"): ("request.logit-bias-key", VALUE, False, _NOTHING),
    ("tools", "maxItems"): ("request.tools-refused", LACKING, True, _TOOLS),
    ("functions", "maxItems"): ("request.functions-refused", LACKING, True, _TOOLS),
    ("tool_choice", "enum"): ("request.tool-choice-refused", LACKING, True, _TOOLS),
    ("function_call", "enum"): ("request.tool-choice-refused", LACKING, True, _TOOLS),
    ("response_format", "type"): ("request.format-malformed-refused", TYPE, False, _TYPED),
    ("response_format.type", "required"): ("request.format-malformed-refused", MISSING, True,
                                           _NOTHING),
    ("response_format.type", "type"): ("request.format-malformed-refused", TYPE, True, _NOTHING),
    ("response_format.type", "enum"): ("request.format-malformed-refused", UNSUPPORTED, True,
                                       _NOTHING),
    ("stream_options", "then"): ("request.stream-options-alone", VALUE, False, CONFLICT),
    ("top_logprobs", "then"): ("request.top-logprobs-alone", VALUE, True, CONFLICT),
    ("top_logprobs", "minimum"): ("request.top-logprobs-range", VALUE, True, _NOTHING),
    ("top_logprobs", "maximum"): ("request.top-logprobs-range", VALUE, True, _NOTHING),
}  # fmt: skip
_NUMBERS = frozenset({
    "temperature", "top_p", "top_k", "n", "max_tokens", "max_completion_tokens", "seed",
    "presence_penalty", "frequency_penalty", "top_logprobs",
})  # fmt: skip
_WHOLE = _NUMBERS - {"temperature", "top_p", "presence_penalty", "frequency_penalty"}


def of_flaw(flaw: Flaw, body: dict[str, Any]) -> Fault | None:
    """Return the fault that a flaw is, or None where no requirement speaks of it."""
    shape, keyword = (flaw.param, "then") if flaw.param else (flaw.shape, flaw.keyword)
    field = shape.partition("[")[0].partition(".")[0]
    param = flaw.param or written(flaw.path)
    why = f"`{param}` breaks `{flaw.keyword}`"
    special = _special(flaw, shape, body)
    if special is not None:
        requirement, code, naming = special
        return Fault(requirement, why, code, param, field, strict=True, naming=naming)
    if shape.startswith("logit_bias.") and keyword in ("minimum", "maximum"):
        return Fault("request.logit-bias-range", why, VALUE, "", field)
    if shape == "messages[].content" and keyword in ("required", "type") and _not_users(flaw, body):
        return None
    row = _TABLE.get((shape, keyword))
    if row is None:
        if keyword == "type" and "." not in shape and "[" not in shape:
            # Where the schema has a code of its own, what wins is a matter of taste.
            naming = _NOTHING if flaw.code else _TYPED
            identity = "request.other-types-refused"
            return Fault(identity, why, TYPE, param, field, strict=True, naming=naming)
        return None
    requirement, code, strict, naming = row
    return Fault(requirement, why, code, param, field, strict or _lenient(flaw), naming)


def _special(
    flaw: Flaw, shape: str, body: dict[str, Any]
) -> tuple[str, str, tuple[str, str]] | None:
    """Return requirement, code and namers of flaws that depend on the value itself."""
    value = flaw.value
    if flaw.keyword == "type" and shape in _NUMBERS:
        if isinstance(value, bool):
            return "request.boolean-number-refused", TYPE, _TYPED
        if isinstance(value, str) and _numeric(value):
            return "request.numeric-string-refused", TYPE, _TYPED
        if isinstance(value, float) and shape in _WHOLE:
            return "request.fraction-refused", TYPE, _TYPED
    if shape == "messages[].content" and value is None and not _not_users(flaw, body):
        return "request.content-null-refused", TYPE, _NOTHING
    if shape == "messages[].role" and value in ("tool", "function"):
        return "request.tool-role-refused", UNSUPPORTED, _ROLE
    if shape == "messages[].content[].type" and value == "image_url":
        return "request.image-refused", UNSUPPORTED, _PART
    if shape == "response_format.type" and value in ("json_object", "json_schema"):
        kind = "mode" if value == "json_object" else "schema"
        return f"request.json-{kind}-refused", UNSUPPORTED, _FORMAT
    return None


def _lenient(flaw: Flaw) -> bool:
    """Tell whether common servers read the value without harm, or their SDKs send it so."""
    value = flaw.value
    if flaw.shape == "stream":
        return isinstance(value, (str, int, float)) or value is ABSENT
    if flaw.shape == "messages[].role":
        return isinstance(value, str) and value.lower() in ("system", "user", "assistant", "")
    if flaw.keyword == "type" and flaw.shape in _NUMBERS:
        return isinstance(value, str) and not value.strip()
    if flaw.shape == "stream_options":
        return not value  # Loosely typed languages take what is empty for what is absent.
    return isinstance(value, float) and value.is_integer()


def _not_users(flaw: Flaw, body: dict[str, Any]) -> bool:
    turn = body["messages"][flaw.path[1]]
    return bool(turn.get("role") != "user")


def _numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
