"""Wrong fields that are dropped in silence: requirement, fields, and what is wrong of the value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.call import Call
from mock_server.faults import fault

Json = dict[str, Any]
Wrong = Callable[[Any], bool]


def _outside(low: float, high: float) -> Wrong:
    return lambda value: _number(value) and not low <= value <= high


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _not(*kinds: type) -> Wrong:
    return lambda value: value is not None and not isinstance(value, kinds)


CAPS = ("max_tokens", "max_completion_tokens")
PENALTIES = ("presence_penalty", "frequency_penalty")
DROPPED: tuple[tuple[str, tuple[str, ...], Wrong], ...] = (
    ("temperature-type-refused", ("temperature",), _not(int, float)),
    ("max-tokens-type-refused", CAPS, _not(int, float)),
    ("stop-type-refused", ("stop",), _not(str, list)),
    ("stream-type-refused", ("stream",), _not(bool)),
    ("numeric-string-refused", ("temperature", *CAPS), lambda value: str(value).isdigit()),
    ("boolean-number-refused", ("temperature", *CAPS), lambda value: value is True),
    ("fraction-refused", (*CAPS, "n"), lambda value: isinstance(value, float)),
    ("sampling-types-refused", ("n", "seed", "top_p", *PENALTIES), _not(int, float)),
    ("stream-options-type-refused", ("stream_options",), _not(dict)),
    ("other-types-refused", ("logit_bias", "metadata"), _not(dict)),
    ("other-types-refused/user", ("user",), _not(str)),
    ("temperature-range", ("temperature",), _outside(0, 2)),
    ("temperature-range/above", ("temperature",), _outside(-1e9, 2)),
    ("temperature-range/below", ("temperature",), _outside(0, 1e9)),
    ("top-p-range", ("top_p",), _outside(0, 1)),
    ("presence-range", ("presence_penalty",), _outside(-2, 2)),
    ("frequency-range", ("frequency_penalty",), _outside(-2, 2)),
    ("n-zero-refused", ("n",), _outside(1, 1e9)),
    ("n-large-refused", ("n",), _outside(-1e9, 8)),
    ("max-tokens-zero-refused", CAPS, _outside(1, 1e9)),
    ("max-tokens-large-refused", CAPS, _outside(-1e9, 4096)),
    ("top-k-range", ("top_k",), _outside(1, 50)),
    ("top-logprobs-range", ("top_logprobs",), _outside(0, 20)),
    ("logit-bias-range", ("logit_bias",), lambda value: any(abs(x) > 100 for x in value.values())),
    ("logit-bias-key", ("logit_bias",), lambda value: any(not x.isdigit() for x in value)),
    ("stop-count", ("stop",), lambda value: isinstance(value, list) and len(value) > 4),
    ("stop-empty", ("stop",), lambda value: value in ("", [""])),
    ("seed-range", ("seed",), lambda value: isinstance(value, int) and abs(value) >= 2**63),
    ("tools-refused", ("tools", "tool_choice"), bool),
    ("tools-not-ignored", ("tools", "tool_choice"), bool),
    ("functions-refused", ("functions",), bool),
    ("tool-choice-refused", ("tool_choice",), lambda value: value not in ("none", "auto")),
    ("json-mode-refused", ("response_format",), lambda value: "json_object" in str(value)),
    ("json-mode-not-ignored", ("response_format",), lambda value: "json_object" in str(value)),
    ("json-schema-not-ignored", ("response_format",), lambda value: "json_schema" in str(value)),
    ("json-schema-refused", ("response_format",), lambda value: "json_schema" in str(value)),
    ("format-malformed-refused", ("response_format",), lambda value: "json_" not in str(value)),
)


def _dropping(fields: tuple[str, ...], wrong: Wrong) -> Callable[[Json, Call], Json]:
    def act(body: Json, call: Call) -> Json:
        del call
        return {
            key: value
            for key, value in body.items()
            if key not in fields or value is None or not _guarded(wrong, value)
        }

    act.__doc__ = f"Drop a bad {' or '.join(fields)} in silence, and answer."
    return act


def _guarded(wrong: Wrong, value: Any) -> bool:
    try:
        return wrong(value)
    except (AttributeError, TypeError):
        return False


for _id, _fields, _wrong in DROPPED:
    fault(f"request.{_id}", at="body")(_dropping(_fields, _wrong))
