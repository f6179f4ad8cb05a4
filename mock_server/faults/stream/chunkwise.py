"""Short ways to write a lie that changes chunks, or their choices, one by one. Knows no lie."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from mock_server.call import Call
from mock_server.faults import Chunks, fault

Json = dict[str, Any]
Edit = Callable[[Json, int], Json | Iterable[Json]]
"""Takes a chunk and its number, from 1; returns what goes in its place."""
ChoiceEdit = Callable[[Json, int], None]
"""Changes a choice in place; takes the number of its chunk, from 1."""


def chunkwise(
    name: str, when: Callable[[Call], bool] = lambda call: True
) -> Callable[[Edit], Edit]:
    """Register an edit of single chunks as a fault, of the calls that `when` picks."""

    def declare(edit: Edit) -> Edit:
        @functools.wraps(edit)
        async def act(chunks: Chunks, call: Call) -> Chunks:
            number = 0
            async for chunk in chunks:
                number += 1
                changed = edit(chunk, number) if when(call) else chunk
                for one in (changed,) if isinstance(changed, dict) else changed:
                    yield one

        fault(name, at="chunks")(act)
        return edit

    return declare


def choicewise(
    name: str, when: Callable[[Call], bool] = lambda call: True
) -> Callable[[ChoiceEdit], ChoiceEdit]:
    """Register an edit of single choices as a fault, of the calls that `when` picks."""

    def declare(edit: ChoiceEdit) -> ChoiceEdit:
        @functools.wraps(edit)
        def act(chunk: Json, number: int) -> Json:
            for choice in chunk["choices"]:
                edit(choice, number)
            return chunk

        chunkwise(name, when)(act)
        return edit

    return declare


def several(call: Call) -> bool:
    """Tell whether a call asks for several choices."""
    return call.prompt is not None and call.prompt.n > 1


def metered(call: Call) -> bool:
    """Tell whether a call asks for usage in its stream."""
    return bool((call.body.get("stream_options") or {}).get("include_usage"))


def instructed(call: Call) -> bool:
    """Tell whether a call has a system message."""
    return any(each.get("role") == "system" for each in call.body.get("messages", ()))
