"""Lies about parameters that act."""

from __future__ import annotations

from dataclasses import replace

from mock_server.call import Call
from mock_server.completion import Prompt
from mock_server.faults import fault


@fault("sampling.n-acts", at="prompt")
def answers_once(prompt: Prompt, call: Call) -> Prompt:
    """Ignore n."""
    del call
    return replace(prompt, n=1)


@fault("sampling.zero-repeats", at="prompt")
def never_greedy(prompt: Prompt, call: Call) -> Prompt:
    """Sample although temperature is 0."""
    if prompt.temperature > 0:
        return prompt
    return replace(prompt, temperature=1.0, seed=None, occurrence=call.number)
