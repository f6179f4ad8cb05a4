"""The ledger and the journal, for reading. Knows no call in flight."""

from __future__ import annotations

import inspect

from mock_server.control.page import Asked, page


@page("GET", "ledger")
async def ledger(asked: Asked) -> object:
    """Answer with totals, wallets and the entries kept, in nano-USD."""
    read = asked.edge.state.ledger()
    return await read if inspect.isawaitable(read) else read


@page("GET", "journal")
async def journal(asked: Asked) -> object:
    """Answer with the last calls, oldest first, and how many there ever were."""
    seen, calls = await asked.grant(asked.edge.journal.read())
    return {"seen": seen, "calls": calls}
