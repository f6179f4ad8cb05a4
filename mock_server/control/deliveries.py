"""Deliveries over the control API: which calls back were tried, and how they were answered."""

from __future__ import annotations

from mock_server.control.page import Asked, page
from mock_server.state import Noted, Wishes

LOG = "deliveries"
"""Name of the log in the shared state, as `mock_server.account.webhooks` has it."""


@page("GET", "deliveries")
async def deliveries(asked: Asked) -> object:
    """Answer with the last attempts, oldest first, and how many there ever were."""
    seen, attempts = await asked.grant(_noted())
    return {"seen": seen, "attempts": attempts}


def _noted() -> Wishes:
    return (yield Noted(LOG))
