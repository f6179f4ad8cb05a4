"""Lies about the window."""

from __future__ import annotations

from dataclasses import replace

from mock_server.call import Call
from mock_server.faults import Steps, fault, instead, named
from mock_server.gateway import Gateway
from mock_server.problem import Problem


@fault("context.overflow-refused", at="admission")
def cuts_long_prompts(steps: Steps) -> Steps:
    """Cut a prompt that does not fit, in silence."""

    def window(gateway: Gateway, call: Call) -> None:
        while True:
            try:
                original(gateway, call)
                return
            except Problem:
                last = call.turns[-1]
                call.turns = (replace(last, text=last.text[len(last.text) // 2 :]),)

    original = named(steps, "window")
    return instead(steps, "window", window)


@fault("context.overflow-code", at="problem")
def gives_no_reason(problem: Problem, call: Call) -> Problem:
    """Call an overflow a bad value."""
    del call
    if problem.code == "context_length_exceeded":
        return replace(problem, code="invalid_value")
    return problem
