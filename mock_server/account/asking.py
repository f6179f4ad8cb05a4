"""Asking: prompts that the gateway itself puts to its engine. Asks none of them."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mock_server import parameters
from mock_server.call import Call
from mock_server.completion import Prompt, Turn
from mock_server.problem import Problem
from mock_server.window import Window

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

CEILING = 256
"""Tokens of an answer that nobody asked for in so many words."""


def selected(gateway: Gateway, call: Call, name: str, param: str) -> tuple[str, str | None]:
    """Return base and adapter of a model; raises Problem: 404 for an unknown one, 403 by scope."""
    facts, adapters = gateway.settings.model, gateway.engine.adapters()
    try:
        base, adapter = parameters.selection({"model": name}, facts, adapters)
    except Problem as problem:
        problem.param = param
        raise
    allowed = call.caller.models if call.caller else None
    if allowed is not None and name not in allowed:
        raise Problem("scope_exceeded", f"This key may not use '{name[:100]}'.", param)
    return base, adapter


def greedy(
    gateway: Gateway, name: str, base: str, adapter: str | None, text: str, param: str
) -> Prompt:
    """Return a prompt of one turn, at temperature 0; raises Problem (400) if it is too long."""
    turns = (Turn("user", text),)
    tokens = gateway.engine.count(turns)
    cap = Window(gateway.settings.model.context_window).room(tokens, CEILING, param)
    return parameters.prompt(
        {"model": name, "temperature": 0},
        base=base,
        adapter=adapter,
        turns=turns,
        tokens=tokens,
        cap=cap,
        occurrence=0,
    )


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, from 0 to 1, to four places."""
    return round(SequenceMatcher(None, one, other, autojunk=False).ratio(), 4)
