"""Answers that break off time and again: each may be noise, and is asked for again; all are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.exchange import Ending, Exchange, Sending
from conformance.probe import Transcript
from conformance.probes.torn import TORN
from conformance.verdict import Finding, NotApplicable

OCCASIONS = 5
"""Times that answers must have broken off; a target that is restarted tears many at one time."""
SHARE = 0.1
"""Of all answers that began. A network alone that tears so many carries nothing else either."""
_TORN = frozenset({Ending.INCOMPLETE, Ending.RESET})
_ENDED = _TORN | {Ending.COMPLETE}


def _begun(tries: Iterable[Exchange]) -> list[Exchange]:
    """Return the answers that the target ended, to requests that were sent like any other."""
    return [each for each in tries if each.ending in _ENDED and each.request.sending == Sending()]


def _occasions(begun: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield the first of each run of answers that broke off one after the other."""
    before = False
    for exchange in begun:
        torn = exchange.ending in _TORN
        if torn and not before:
            yield exchange
        before = torn


def every_fifth(transcript: Transcript) -> Transcript:
    """Every fifth answer breaks off."""
    tries = [
        exchange if place % 5 else forge.cut(exchange, len(exchange.body) // 2)
        for place, exchange in enumerate(_begun(transcript.tries))
    ]
    return replace(transcript, tries=tuple(tries))


@judges("always.seldom-torn", on=TORN, forgery=every_fifth)
def seldom_torn(transcript: Transcript) -> Statements:
    """Of the chat answers that began, a tenth or more did not break off, on five occasions."""
    begun = _begun(transcript.tries)
    if not begun:
        raise NotApplicable("no chat request of this run was answered")
    torn = [each for each in begun if each.ending in _TORN]
    occasions = list(_occasions(begun))
    if len(occasions) >= OCCASIONS and len(torn) >= SHARE * len(begun):
        first = occasions[0]
        yield Finding(
            f"{first.id}, byte {len(first.body)}, and {len(torn) - 1} others",
            "answers that come to their end",
            f"{len(torn)} of {len(begun)} broke off, such as {first.id}: {first.ending.value}"
            f" after {len(first.body)} bytes",
            first.id,
        )
