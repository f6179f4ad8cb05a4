"""Refusals that name the wrong thing: requirement, which refusals, and what they say instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import fault
from mock_server.problem import Problem

Where = Callable[[Problem], bool]


def _code(*codes: str) -> Where:
    return lambda problem: problem.code in codes


def _at(mark: str, *codes: str) -> Where:
    return lambda problem: problem.code in codes and mark in str(problem.param)


def _flat(code: str) -> Where:
    return lambda problem: problem.code == code and "[" not in str(problem.param)


MISNAMED: tuple[tuple[str, Where, dict[str, Any]], ...] = (
    ("json-code", _code("invalid_json"), {"code": "invalid_value"}),
    ("json-param", _code("invalid_json"), {"param": "body"}),
    ("missing-code", _code("missing_required_parameter"), {"code": "invalid_value"}),
    ("missing-param", _flat("missing_required_parameter"), {"param": None}),
    ("missing-path", _at("[", "missing_required_parameter"), {"param": "messages"}),
    ("messages-empty-code", _code("invalid_value"), {"code": "invalid_type"}),
    ("messages-empty-param", _code("invalid_value"), {"param": None}),
    ("type-code", _code("invalid_type"), {"code": "invalid_value"}),
    ("type-param", _flat("invalid_type"), {"param": None}),
    ("type-path", _at("[", "invalid_type"), {"param": "messages"}),
    ("range-code", _code("invalid_value"), {"code": "invalid_type"}),
    ("range-param", _code("invalid_value"), {"param": None}),
    ("tools-code", _code("unsupported_parameter"), {"code": "invalid_value"}),
    ("tools-param", _code("unsupported_parameter"), {"param": None}),
    ("json-mode-code", _at("response_format", "unsupported_value"), {"code": "invalid_value"}),
    ("conflict-code", _at("stream_options", "invalid_value"), {"code": "invalid_type"}),
    ("unknown-role-code", _at("role", "unsupported_value"), {"code": "invalid_value"}),
    ("unknown-role-param", _at("role", "unsupported_value"), {"param": "messages"}),
    ("turns-code", _at("messages", "invalid_value"), {"code": "invalid_type"}),
    ("turns-param", _at("messages", "invalid_value"), {"param": None}),
    ("part-code", _at("type", "unsupported_value"), {"code": "invalid_value"}),
    ("param-true", _code("invalid_value", "invalid_type"), {"param": "modalities"}),
)


def _naming(where: Where, instead: dict[str, Any]) -> Callable[[Problem, Call], Problem]:
    def act(problem: Problem, call: Call) -> Problem:
        del call
        return replace(problem, **instead) if where(problem) else problem

    act.__doc__ = "Name " + ", ".join(f"{part} {value}" for part, value in instead.items()) + "."
    return act


for _id, _where, _instead in MISNAMED:
    fault(f"request.{_id}", at="problem")(_naming(_where, _instead))
