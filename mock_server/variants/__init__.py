'''Variants: legal differences, which no judge may mind. Knows no difference; its files do.

A variant is registered like a fault (the seams stand in `mock_server.faults`), under one word:

    @variant("comments", at="events")
    async def comments(events: Events, call: Call) -> Events:
        """A comment before every event."""
        async for event in events:
            yield b": still here\\n\\n" + event
'''

from __future__ import annotations

from mock_server.seams import Register

variant = Register(__name__, "variant")
