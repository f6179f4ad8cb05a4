"""The step of admission that makes the prompts of a text completion. Knows no other step."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from mock_server.call import Call
from mock_server.text_completion import asking
from mock_server.window import Window

if TYPE_CHECKING:
    from mock_server.gateway import Gateway


def window(gateway: Gateway, call: Call) -> None:
    """400 for a text that leaves no room for an answer, and for what a schema cannot say."""
    call.completion = gateway.completion_id("cmpl")
    call.parts = asking.prompts(
        call.body,
        base=call.base,
        adapter=call.adapter,
        engine=call.engine,
        window=Window(gateway.settings.model.context_window),
        tokens=gateway.surface.tokens,
        occurrence=functools.partial(gateway.occurrence, call),
    )
    call.prompt = asking.together(call.parts)
