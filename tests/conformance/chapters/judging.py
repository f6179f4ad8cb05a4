"""Judges held against hand-made exchanges and transcripts. Knows no chapter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from conformance.catalogue import Conversation, EveryExchange, declared_judges
from conformance.exchange import Exchange, Setting
from conformance.probe import Transcript
from conformance.reading import Reading
from conformance.verdict import Finding, NotDecided, hear

JUDGES = {judge.id: judge for judge in declared_judges()}


def found(identity: str, exchange: Exchange, setting: Setting | None = None) -> tuple[Finding, ...]:
    """What the judge of every exchange says of one; nothing where it looks away."""
    judge = JUDGES[identity]
    assert isinstance(judge, EveryExchange)
    reading = Reading(exchange, setting or Setting())
    return hear(judge.judge(reading)).findings if judge.where(reading) else ()


def accusers(exchange: Exchange, *chapters: str) -> set[str]:
    """Ids of the judges of some chapters that find something wrong with an exchange."""
    return {
        identity
        for identity, judge in JUDGES.items()
        if identity.partition(".")[0] in chapters
        and isinstance(judge, EveryExchange)
        and found(identity, exchange)
    }


def labelled(exchange: Exchange, label: str) -> Exchange:
    """The same exchange under another label."""
    return replace(exchange, request=replace(exchange.request, label=label))


def opinion(
    identity: str, exchanges: Iterable[Exchange], setting: Setting | None = None
) -> tuple[tuple[Finding, ...], NotDecided | None]:
    """What the judge of a conversation says of one, and why it did not decide."""
    judge = JUDGES[identity]
    assert isinstance(judge, Conversation)
    heard = hear(judge.judge(Transcript("one", setting or Setting(), tuple(exchanges))))
    return heard.findings, heard.undecided
