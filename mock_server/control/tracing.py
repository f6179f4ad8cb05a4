"""Traces: calls in flight, and whether what goes out is noted of each call."""

from __future__ import annotations

from mock_server.control.page import Asked, Refused, page


@page("GET", "live")
async def live(asked: Asked) -> object:
    """Answer with the traced calls that have not ended yet, as far as they are."""
    journal = asked.edge.journal
    return {"tracing": journal.tracing, "calls": journal.live(asked.now)}


@page("PUT", "tracing")
async def tracing(asked: Asked) -> object:
    """Begin or stop to note what goes out for each call: `{"on": true}`."""
    on = asked.document().get("on")
    if not isinstance(on, bool):
        raise Refused("'on' must be true or false")
    asked.edge.journal.tracing = on
    return {"tracing": on}
