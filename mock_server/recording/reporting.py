"""Reporting: what drifted, as rows and as text, and what the exit code says of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mock_server.outgoing import Upstream, UpstreamError
from mock_server.recording.asking import ask, cannot, undecided
from mock_server.recording.drift import drift
from mock_server.recording.fixture import Fixture

Row = Mapping[str, Any]
"""`fixture`, `verdict` (`same`, `drift`, `skipped`, `undecided`), `why`, `differences`."""


def report(fixtures: Iterable[Fixture], url: str, key: str | None, seconds: float) -> list[Row]:
    """Ask everything again and return a row for each fixture."""
    return asyncio.run(_report(fixtures, url, key, seconds))


def exit_code(rows: Sequence[Row]) -> int:
    """Return 1 for drift, else 3 where something could not be asked, else 0."""
    verdicts = {row["verdict"] for row in rows}
    return 1 if "drift" in verdicts else 3 if "undecided" in verdicts else 0


def told(rows: Sequence[Row]) -> str:
    """Return the rows as text."""
    lines = []
    for row in rows:
        lines.append(
            f"{row['verdict']:10} {row['fixture']}" + (f": {row['why']}" * bool(row["why"]))
        )
        lines += [
            f"  {one['kind']:10} {one['place']}: {one['recorded']} -> {one['now']}"
            for one in row["differences"]
        ]
    counted = Counter(row["verdict"] for row in rows)
    lines.append(", ".join(f"{count} {verdict}" for verdict, count in sorted(counted.items())))
    return "\n".join(lines) + "\n"


async def _report(
    fixtures: Iterable[Fixture], url: str, key: str | None, seconds: float
) -> list[Row]:
    async with Upstream(seconds) as upstream:
        return [await _row(upstream, url, key, fixture) for fixture in fixtures]


async def _row(upstream: Upstream, url: str, key: str | None, fixture: Fixture) -> Row:
    why = cannot(fixture)
    if why is not None:
        return _of(fixture, "skipped", why)
    try:
        now = await ask(upstream, url, key, fixture)
    except UpstreamError as error:
        return _of(fixture, "undecided", f"of the upstream, {error}")
    if undecided(fixture, now):
        return _of(fixture, "undecided", f"the upstream answered {now.status}; ask again later")
    found = drift(fixture, now)
    verdict = "drift" if any(one.kind.drift for one in found) else "same"
    differences = [
        {"place": one.place, "kind": str(one.kind), "recorded": one.recorded, "now": one.now}
        for one in found
    ]
    return {**_of(fixture, verdict, ""), "differences": differences}


def _of(fixture: Fixture, verdict: str, why: str) -> dict[str, Any]:
    return {"fixture": fixture.name, "verdict": verdict, "why": why, "differences": []}
