"""Every judge says yes to the clean mock and no to its forgery. A judge that never said no proves
nothing.
"""

from __future__ import annotations

import pytest

from conformance.catalogue import Conversation, EveryExchange, catalogue
from conformance.chapters.usage.prompts import recount
from conformance.judging import applicable
from conformance.probes.usage import PROMPTS
from conformance.reading import Reading
from conformance.session import Run
from conformance.verdict import hear
from openapi import Scope, contract

ENTRIES = {entry.requirement.id: entry for entry in catalogue(contract())}
ENOUGH = 5
"""Exchanges on which an exchange judge's forgery is tried."""


@pytest.mark.xdist_group("clean-run")
@pytest.mark.parametrize("identity", ENTRIES)
def test_the_judge_catches_its_forgery(identity: str, clean_run: Run) -> None:
    entry = ENTRIES[identity]
    setting = clean_run.held.setting
    assert applicable(entry.requirement, setting) is None, "the clean mock does not show it"
    match entry.judge:
        case Conversation() as judge:
            caught = _conversations(judge, clean_run)
        case EveryExchange() as judge:
            caught = _exchanges(judge, clean_run)
    assert caught, "the forgery found no place to tamper with in a clean run"


def _conversations(judge: Conversation, run: Run) -> int:
    caught = 0
    for probe in judge.on:
        transcript = run.held.transcripts.get(probe.name)
        if transcript is None:
            continue
        assert not hear(judge.judge(transcript)).findings, "the clean mock breaks it"
        forged = judge.forgery(transcript)
        if forged is not None:
            assert hear(judge.judge(forged)).findings, f"not caught on {probe.name}"
            caught += 1
    return caught


def _exchanges(judge: EveryExchange, run: Run) -> int:
    caught = 0
    for reading in run.held.docket().readings():
        if not judge.where(reading):
            continue
        assert not hear(judge.judge(reading)).findings, f"the clean mock breaks it: {reading.id}"
        forged = judge.forgery(reading.exchange) if caught < ENOUGH else None
        if forged is not None:
            tampered = Reading(forged, reading.setting)
            assert judge.where(tampered), f"the judge looks away from the forgery of {reading.id}"
            assert hear(judge.judge(tampered)).findings, f"not caught on {reading.id}"
            caught += 1
    return caught


@pytest.mark.xdist_group("clean-run")
def test_a_count_that_never_grows_is_one_finding(clean_run: Run) -> None:
    transcript = clean_run.held.transcripts[PROMPTS.name]
    for exchange in transcript.exchanges:
        transcript = recount(exchange.request.label, lambda _: 25, "the same")(transcript)
    told = {
        identity
        for identity, entry in ENTRIES.items()
        if isinstance(entry.judge, Conversation)
        and PROMPTS in entry.judge.on
        and entry.judge.on[0] is PROMPTS
        and hear(entry.judge.judge(transcript)).findings
    }
    assert told == {"usage.prompt-grows"}


def test_every_requirement_is_judged_in_some_scope() -> None:
    for entry in ENTRIES.values():
        assert any(entry.requirement.level(scope) for scope in Scope)
