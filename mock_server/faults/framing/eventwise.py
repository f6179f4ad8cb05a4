"""A short way to write a lie that changes events one by one. Knows no lie."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

from mock_server.call import Call
from mock_server.faults import Events, fault

Edit = Callable[[bytes, int], bytes | Iterable[bytes]]
"""Takes an event and its number, from 1; returns what goes in its place."""


def eventwise(name: str) -> Callable[[Edit], Edit]:
    """Register an edit of single events as a fault."""

    def declare(edit: Edit) -> Edit:
        @functools.wraps(edit)
        async def act(events: Events, call: Call) -> Events:
            del call
            number = 0
            async for event in events:
                number += 1
                changed = edit(event, number)
                for one in (changed,) if isinstance(changed, bytes) else changed:
                    if one:
                        yield one

        fault(name, at="events")(act)
        return edit

    return declare
