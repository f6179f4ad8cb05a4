"""What breaks no rule of the contract is answered, whatever is combined in it."""

from __future__ import annotations

from conformance import forge
from conformance.answering import excerpt
from conformance.catalogue import Statements, reads
from conformance.exchange import Exchange
from conformance.fuzz.owed import owed
from conformance.reading import Reading
from conformance.verdict import Finding
from openapi import contract

REFUSED = frozenset({400, 404, 405, 406, 409, 411, 413, 415, 422, 431})
"""Statuses that blame the request, and neither key, wallet nor quota."""


def legal(reading: Reading) -> bool:
    """A chat request without a flaw that got an answer or a refusal."""
    if reading.status is None or not (reading.ok or reading.status in REFUSED):
        return False
    return reading.is_chat and owed(reading.exchange.request, reading.setting, contract()).answer


def refused(exchange: Exchange) -> Exchange | None:
    """The request is refused for no reason."""
    return forge.with_status(exchange, 400)


@reads("request.legal-answered", where=legal, forgery=refused)
def legal_answered(reading: Reading) -> Statements:
    """A request without a flaw is not refused as one that has any."""
    if reading.refused:
        yield Finding(
            reading.at_status(), "an answer", f"{reading.status}: {excerpt(reading)}", reading.id
        )
