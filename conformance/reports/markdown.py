"""Markdown: a summary for a pull request or a job page. What a gateway said is code, never text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.outcome import outcome
from conformance.page.words import GLYPHS, NAMES, SCOPES, chapter_of
from conformance.showing import one_line

_TOLD = ("FAIL", "UNTESTABLE", "WARN", "INCONCLUSIVE")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&@$])")


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the summary, in GitHub's dialect."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    run, said, rulings = document["run"], outcome(document), document["rulings"]
    yield f"## {said.title}"
    yield ""
    yield plain(said.sentence)
    yield ""
    yield f"- target: {code(run['target'])}, model {code(run['model'])}"
    yield f"- judged as {SCOPES.get(run['scope'], run['scope'])}"
    yield f"- contract {plain(run['contract']['title'])} {plain(run['contract']['version'])}"
    spent = run["spent"]
    yield (
        f"- {spent['requests']:,} requests, {spent['tokens']:,} tokens, {spent['usd']:.6f} USD, "
        f"{run['seconds']:.1f} s, started {plain(run['started'])}"
    )
    yield ""
    yield from _chapters(rulings)
    for verdict in _TOLD:
        rows = [row for row in rulings if row["verdict"] == verdict]
        if rows:
            yield ""
            yield f"### {GLYPHS[verdict]} {NAMES[verdict]}"
            yield ""
            for row in rows:
                yield from _ruling(row)
    yield from _not_applicable(rulings)
    for sentence in document["baseline"].get("stale", ()):
        yield f"\nStale baseline entry: {plain(sentence)}"
    for crash in run["crashes"]:
        yield f"\nBug of this kit: {code(crash)}"


def _chapters(rulings: list[Mapping[str, Any]]) -> Iterator[str]:
    counts: dict[str, Counter[str]] = {}
    for row in rulings:
        counts.setdefault(chapter_of(row["requirement"]), Counter())[row["verdict"]] += 1
    yield "| chapter | " + " | ".join(f"{GLYPHS[v]} {NAMES[v]}" for v in GLYPHS) + " |"
    yield "|---|" + "--:|" * len(GLYPHS)
    for chapter, row in counts.items():
        yield f"| {chapter} | " + " | ".join(str(row[v] or "") for v in GLYPHS) + " |"


def _ruling(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"- **{plain(row['requirement'])}** ({row['level']}): {plain(row['text'])}"
    if row["reason"]:
        yield f"  - {plain(row['reason'])}"
    for finding in row["findings"][:1]:
        yield f"  - where {code(finding['where'])}"
        yield f"  - expected {code(finding['expected'])}, got {code(finding['actual'])}"
    if row["findings"] and row["why"]:
        yield f"  - {plain(row['why'])}"


def _not_applicable(rulings: list[Mapping[str, Any]]) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for row in rulings:
        if row["verdict"] == "NOT_APPLICABLE":
            reasons.setdefault(row["reason"], []).append(row["requirement"])
    if reasons:
        yield ""
        yield "<details><summary>Not judged, and why</summary>"
        yield ""
        for reason, ids in reasons.items():
            yield f"- {plain(reason)}: {', '.join(code(each) for each in ids)}"
        yield ""
        yield "</details>"


def plain(text: str) -> str:
    """Return text in which nothing is Markdown or HTML; our own code spans stay."""
    parts = one_line(text, 600).split("`")
    if len(parts) % 2 == 0:
        return _SPECIAL.sub(r"\\\1", "`".join(parts))
    return "".join(
        f"`{part}`" if index % 2 and part else _SPECIAL.sub(r"\\\1", part)
        for index, part in enumerate(parts)
    )


def code(text: str) -> str:
    """Return text as a code span, fenced by more backticks than it holds."""
    inner = one_line(text, 240).replace("|", "¦")
    longest = max((len(run) for run in re.findall("`+", inner)), default=0)
    fence = "`" * (longest + 1)
    space = " " if inner.startswith("`") or inner.endswith("`") or not inner else ""
    return f"{fence}{space}{inner}{space}{fence}"
