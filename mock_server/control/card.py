"""The card of whoever asked so far: the rules that need no command, over the journal."""

from __future__ import annotations

from mock_server.control.page import Asked, page
from mock_server.grading import formats
from mock_server.grading.card import Card, graded
from mock_server.grading.observed import Observed, attempts
from mock_server.message import JSON, Reply

ASKED = ("retry.tries-again", "retry.backs-off")
"""Rules that requests alone can break, besides those that are always judged."""


@page("GET", "card")
async def card(asked: Asked) -> object:
    """Answer with the card of the traced calls that the journal keeps."""
    _, lines = await asked.grant(asked.edge.journal.read())
    seen = Observed(attempts(lines))
    grades = graded(seen, "journal", ASKED)
    about = {"client": "whoever asked", "packs": "none"}
    body = formats.render("json", Card(tuple(grades)), about).encode()
    return Reply(200, body, {"content-type": JSON})
