"""Outcome: what a report document as a whole says: its counts, its exit code, its one sentence.

A pure function of the document, so that a report read back from disk says what it said when new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.verdict import Verdict
from openapi import Level

_RED = frozenset({Verdict.FAIL, Verdict.UNTESTABLE})


def summary(rulings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Count rulings by verdict, and the MUSTs that stay undecided."""
    rows = list(rulings)
    counts = Counter(row["verdict"] for row in rows)
    undecided = [row for row in rows if row["verdict"] == Verdict.INCONCLUSIVE]
    must = [row for row in undecided if row["level"] == Level.MUST]
    return {
        "requirements": len(rows),
        "judged": sum(row["verdict"] in ("PASS", "WARN", "FAIL") for row in rows),
        "verdicts": {verdict.value: counts[verdict.value] for verdict in Verdict},
        "not_reached": sum(row["reason"].startswith("budget") for row in undecided),
        "undecided_musts": sum(not row["reason"].startswith("budget") for row in must),
        "conforms": not any(row["verdict"] in _RED for row in rows),
    }


def exit_code(
    document: Mapping[str, Any], *, strict: bool = False, require_complete: bool = False
) -> int:
    """Return the exit code that a report document stands for.

    0: no FAIL, UNTESTABLE or stale baseline entry, and every applicable MUST decided or not reached
    within the budget. 1: otherwise. 4: a judge of ours failed.
    """
    if document["run"]["crashes"]:
        return 4
    counts = summary(counted(document))
    red = not counts["conforms"] or counts["undecided_musts"] or document["baseline"].get("stale")
    red = red or bool(document["run"]["interrupted"])
    red = red or (strict and counts["verdicts"][Verdict.WARN.value])
    red = red or (require_complete and counts["not_reached"])
    return 1 if red else 0


def counted(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rulings that decide the run: all but those the baseline knows."""
    known = {*document["baseline"].get("known", ()), *document["baseline"].get("flaky", ())}
    return [row for row in document["rulings"] if row["requirement"] not in known]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on the whole, for readers who read no further."""

    title: str
    sentence: str
    tone: str
    """`good`, `bad` or `open`."""


def outcome(document: Mapping[str, Any]) -> Outcome:
    """Return what the run comes to."""
    counts = summary(counted(document))
    excused = len(document["rulings"]) - len(counted(document))
    verdicts = counts["verdicts"]
    parts = [
        _many(verdicts["FAIL"], "MUST broken", "MUSTs broken"),
        _many(verdicts["UNTESTABLE"], "could not be tested", "could not be tested"),
        _many(verdicts["WARN"], "SHOULD broken", "SHOULDs broken"),
        _many(counts["undecided_musts"], "MUST undecided", "MUSTs undecided"),
        _many(counts["not_reached"], "not reached within the budget"),
        _many(excused, "known failure set aside", "known failures set aside"),
        _many(len(document["baseline"].get("stale", ())), "stale entry", "stale entries"),
    ]
    said = ", ".join(part for part in parts if part) or "nothing to object to"
    sentence = f"{counts['judged']} of {counts['requirements']} requirements judged: {said}."
    if document["run"]["crashes"]:
        return Outcome("Not decided", f"A judge of this kit failed itself. {sentence}", "open")
    if not counts["conforms"]:
        return Outcome("Does not conform", sentence, "bad")
    if document["run"]["interrupted"]:
        return Outcome("Unfinished", f"{document['run']['interrupted']}. {sentence}", "open")
    if counts["undecided_musts"] or not counts["judged"]:
        return Outcome("Not decided", sentence, "open")
    if document["baseline"].get("stale"):
        return Outcome("Baseline is stale", sentence, "open")
    if counts["not_reached"] or excused:
        return Outcome("Conforms as far as judged", sentence, "good")
    return Outcome("Conforms", sentence, "good")


def _many(number: int, one: str, more: str | None = None) -> str:
    return "" if not number else f"{number} {one if number == 1 else more or one}"
