"""Known failures: a Baseline of what is broken already, weighed against the rulings of a run.

Knows no files. A known failure does not fail a run; an entry that no longer holds does, so that a
list of excuses can only shrink. What comes and goes is listed apart, and never decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

_BROKEN = frozenset({"FAIL", "WARN", "UNTESTABLE"})


@dataclass(frozen=True, slots=True)
class Known:
    """One entry: a requirement that is known to be broken, or to come and go."""

    requirement: str
    reason: str
    expires: date | None = None
    """The last day on which it counts."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The entries of a file."""

    known: Sequence[Known] = ()
    flaky: Sequence[Known] = ()
    contract: str = ""
    """Version of the contract it was written for; empty when it does not say."""


def weigh(baseline: Baseline, document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the `baseline` part of a report: what is excused, and which entries are stale.

    The day that counts is the day of the run, so that the same report says the same tomorrow.
    """
    verdicts = {row["requirement"]: row["verdict"] for row in document["rulings"]}
    today = _day(document["run"]["started"])
    excused: list[Known] = []
    stale: list[str] = []
    for entry in baseline.known:
        sentence = _stale(entry, verdicts.get(entry.requirement), today)
        if sentence:
            stale.append(sentence)
        elif entry.requirement in verdicts:
            excused.append(entry)
    flaky = []
    for entry in baseline.flaky:
        if _expired(entry, today):
            stale.append(f"{entry.requirement}: its entry expired on {entry.expires}")
        elif entry.requirement in verdicts:
            flaky.append(entry)
    return {
        "file": name,
        "known": [entry.requirement for entry in excused],
        "flaky": [entry.requirement for entry in flaky],
        "stale": stale,
        "reasons": {entry.requirement: entry.reason for entry in (*excused, *flaky)},
    }


def _stale(entry: Known, verdict: str | None, today: date | None) -> str:
    if verdict == "PASS":
        return f"{entry.requirement}: it passes now; remove its entry"
    if verdict in _BROKEN and _expired(entry, today):
        return f"{entry.requirement}: its entry expired on {entry.expires}, and it is still broken"
    return ""


def _expired(entry: Known, today: date | None) -> bool:
    return entry.expires is not None and today is not None and entry.expires < today


def _day(started: str) -> date | None:
    try:
        return date.fromisoformat(started[:10])
    except ValueError:
        return None


def updated(baseline: Baseline, document: Mapping[str, Any]) -> Baseline:
    """Return the baseline that makes this run pass.

    Reasons of entries that still hold are kept, entries that pass now go, and what a run did not
    judge stays as it is. An expired entry is kept without its date.
    """
    today = _day(document["run"]["started"])
    rows = {row["requirement"]: row["verdict"] for row in document["rulings"]}
    kept = [
        replace(entry, expires=None if _expired(entry, today) else entry.expires)
        for entry in baseline.known
        if rows.get(entry.requirement) != "PASS"
    ]
    flaky = [entry for entry in baseline.flaky if not _expired(entry, today)]
    there = {entry.requirement for entry in (*kept, *flaky)}
    new = [
        Known(identity, f"recorded on {today}")
        for identity, verdict in rows.items()
        if verdict in _BROKEN and identity not in there
    ]
    return Baseline([*kept, *new], flaky, document["run"]["contract"]["version"])


def to_toml(baseline: Baseline) -> str:
    """Return the baseline as a file."""
    return "\n".join(_toml(baseline)) + "\n"


def _toml(baseline: Baseline) -> Iterator[str]:
    yield "# What is known to be broken: gonogo check --baseline FILE"
    yield "# An entry that passes again, or that has expired, fails the run."
    yield f"contract = {json.dumps(baseline.contract)}"
    yield from _tables("known", baseline.known)
    yield from _tables("flaky", baseline.flaky)


def _tables(name: str, entries: Iterable[Known]) -> Iterator[str]:
    for entry in entries:
        yield ""
        yield f"[[{name}]]"
        yield f"requirement = {json.dumps(entry.requirement)}"
        yield "reason = " + json.dumps(entry.reason).replace("\x7f", "\\u007f")
        if entry.expires is not None:
            yield f"expires = {entry.expires.isoformat()}"
