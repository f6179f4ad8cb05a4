"""Lies when the answer is no."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import fault
from mock_server.problem import Problem

Json = dict[str, Any]


@fault("errors.envelope", at="document")
def tells_details(document: Json, call: Call) -> Json:
    """Refuse with {"detail": ...} instead of an error object."""
    del call
    return {"detail": document["error"]["message"]} if "error" in document else document


@fault("errors.status-class", at="problem")
def refuses_with_200(problem: Problem, call: Call) -> Problem:
    """Refuse a bad request with status 200."""
    del call
    return replace(problem, status=200) if problem.status == 400 else problem


@fault("errors.param-names-field", at="problem")
def forgets_param(problem: Problem, call: Call) -> Problem:
    """Name no field."""
    del call
    return replace(problem, param=None)


@fault("errors.message", at="problem")
def says_nothing(problem: Problem, call: Call) -> Problem:
    """Refuse with an empty message."""
    del call
    return replace(problem, message="")
