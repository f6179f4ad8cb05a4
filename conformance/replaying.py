"""Replaying: recorded evidence through the same probes and judges, without a network."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from conformance.budget import Governor
from conformance.catalogue import catalogue
from conformance.choosing import chosen
from conformance.evidence import Evidence
from conformance.evidence_file import read_evidence
from conformance.exchange import Exchange, Request
from conformance.fuzz import FUZZ
from conformance.fuzz.described_again import replay_described
from conformance.fuzz.harvest import Harvest, families
from conformance.fuzz.task import task_of
from conformance.perform import OutOfBudget, Performer
from conformance.report import Report
from conformance.run import Course, hold_all
from conformance.session import Run, header_of
from conformance.target import Budget
from openapi import contract


class _Recorded:
    """An edge that has nothing to say: what is not on record was never sent."""

    async def perform(self, request: Request) -> Exchange:
        raise OutOfBudget(f"{request.label!r} is not on record")


async def _instantly(seconds: float) -> None:
    await asyncio.sleep(0)


def replay(folder: Path, only: str | None = None) -> Report:
    """Judge recorded evidence again; raises EvidenceError when it cannot be trusted."""
    recorded = read_evidence(folder)
    task = task_of(recorded.header)
    if task is not None:
        return replay_described(folder, recorded, task, only)
    return asyncio.run(_replay(recorded, only))


async def _replay(recorded: Evidence, only: str | None) -> Report:
    law = contract()
    by_id: Mapping[str, Exchange] = {
        each.id: each for each in recorded.exchanges if each.probe != FUZZ
    }
    everything = Budget(requests=len(by_id) + 1, tokens=2**62, usd=1e6, seconds=math.inf)
    performer = Performer(
        _Recorded(),
        Governor(everything, (0, 0)),
        clock=lambda: 0.0,
        sleep=_instantly,
        keep=lambda exchange: None,
        recorded=by_id,
    )
    ids = chosen(only, law.requirements)
    course = Course(catalogue(law), ids)
    held = await hold_all(course, performer, recorded.header.setting, concurrency=1)
    began = datetime.fromtimestamp(recorded.header.began, UTC)
    header = header_of(recorded.header.target, held.setting, law, began, recorded.header.notes)
    harvest = None
    if any(each.probe == FUZZ for each in recorded.exchanges):
        harvest = Harvest(held.setting, law, catalogue(law), ids)
        for family in families(recorded.exchanges, held.setting):
            harvest.take(family)
    return Run(held, by_id, header, ids, harvest).report()
