"""Remembering: a campaign with a memory before it and after it. Knows neither disk nor Redis."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.fuzz.campaign import Campaign, Plan
from conformance.fuzz.corpus import corpus, keep, known
from conformance.fuzz.distilling import distil
from conformance.fuzz.shared import campaigning, without_campaign


async def remembering(
    campaign: Campaign,
    cases: int,
    database: str,
    folder: Path | None,
    own: Iterable[int] | None = None,
) -> None:
    """Run a campaign, what is known to fail first; then keep what failed, and write tests of it.

    `own` are the numbers of its cases, unless a campaign hands them out. Raises UsageError for a
    corpus that cannot be used, before anything is sent.
    """
    harvest = campaign.harvest
    memory = corpus(without_campaign(database)) if database else None
    others = campaigning(database) if database else None
    first = known(memory, harvest.setting.model) if memory else []
    numbers = others.numbers(cases) if others else own
    await campaign.run(Plan(cases, first=first, numbers=numbers))
    causes = [cause for cause in harvest.causes.values() if cause.alone]
    if memory is not None:
        for cause in causes:
            keep(memory, cause.requirement, cause.kind, cause.exchange.request)
    if folder is not None:
        distil(folder, causes, harvest.law, harvest.setting.seed, harvest.setting.scope)
