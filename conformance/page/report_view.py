"""Report view: what the page shows of a document, as plain values. Knows neither HTML nor files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.outcome import outcome
from conformance.page.words import CLASSES, GLYPHS, NAMES, SCOPES, chapter_of

AFFORDED = 500_000
"""Characters that places, expectations and answers may take in a page together; as many again
may the curl lines take."""


def page_values(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything above and around the rulings."""
    run, rulings = document["run"], document["rulings"]
    return {
        "outcome": outcome(document),
        "run": {
            "target": run["target"],
            "model": run["model"],
            "scope_words": SCOPES.get(run["scope"], run["scope"]),
            "started": run["started"].replace("T", " ").replace("+00:00", " UTC"),
            "interrupted": run["interrupted"],
            "contract": f"{run['contract']['title']} {run['contract']['version']}",
        },
        "bar": _bar(rulings),
        "columns": [_named(verdict) for verdict in GLYPHS],
        "spending": list(_spending(run)),
        "capabilities": list(_capabilities(document["capabilities"])),
        "coverage": list(_coverage(rulings)),
        "not_judged": _not_judged(rulings),
        "broken": list(_broken(document)),
        "baseline": list(_baseline(document["baseline"])),
        "crashes": run["crashes"],
        "levels": [
            level
            for level in ("MUST", "SHOULD", "MAY")
            if any(row["level"] == level for row in rulings)
        ],
        "provenance": _provenance(run),
    }


def chapter_values(
    document: Mapping[str, Any], pieces: Mapping[tuple[str, int], Any]
) -> list[dict[str, Any]]:
    """Return the rulings by chapter; `pieces` are the exchanges of (requirement, finding)."""
    reasons = document["baseline"].get("reasons", {})
    findings = sum(len(row["findings"]) for row in document["rulings"])
    limit = max(60, min(900, AFFORDED // (3 * findings or 1)))
    chapters: dict[str, list[Mapping[str, Any]]] = {}
    for row in document["rulings"]:
        chapters.setdefault(chapter_of(row["requirement"]), []).append(row)
    return [
        {
            "name": name,
            "words": ", ".join(
                f"{count} {NAMES[verdict]}"
                for verdict in GLYPHS
                if (count := sum(row["verdict"] == verdict for row in rows))
            ),
            "rulings": [_ruling(row, pieces, reasons, limit) for row in rows],
        }
        for name, rows in chapters.items()
    ]


def _ruling(
    row: Mapping[str, Any],
    pieces: Mapping[tuple[str, int], Any],
    reasons: Mapping[str, str],
    limit: int,
) -> dict[str, Any]:
    identity, verdict = row["requirement"], row["verdict"]
    shown = row["findings"]
    words = [identity, row["text"], row["reason"], NAMES[verdict], row["level"]]
    words += [f"{each['where'][:120]} {each['actual'][:200]}" for each in shown[:2]]
    times = f"{row['judged']:,} time{'s' if row['judged'] != 1 else ''}"
    return {
        "id": identity,
        "verdict": verdict,
        "glyph": GLYPHS[verdict],
        "name": NAMES[verdict],
        "level": row["level"],
        "text": row["text"],
        "reason": row["reason"],
        "known": reasons.get(identity, ""),
        "why": row["why"] if verdict != "PASS" else "",
        "judged": f"judged {times}" if row["judged"] else "not judged",
        "source": row["source"],
        "clause": row["clause"],
        "words": " ".join(words),
        "open": False,
        "findings": [
            {
                "where": _cut(each["where"], limit),
                "expected": _cut(each["expected"], limit),
                "actual": _cut(each["actual"], limit),
                "curl": each["curl"] if len(each["curl"]) <= 3 * limit else "",
                "exchange": pieces.get((identity, index), ""),
            }
            for index, each in enumerate(shown)
        ],
        "more": f"{row['count']:,} findings in all; these tell them apart."
        if row["count"] > len(shown)
        else "",
        "notes": [
            {"text": _cut(note["text"], 400), "evidence": note["evidence"][:120]}
            for note in row["notes"]
        ],
    }


def _cut(text: str, limit: int) -> str:
    left = len(text) - limit
    return text if left <= 0 else f"{text[:limit]} … ({left:,} characters more)"


def _named(verdict: str) -> dict[str, Any]:
    return {"verdict": verdict, "glyph": GLYPHS[verdict], "name": NAMES[verdict]}


def _bar(rulings: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    counts = Counter(row["verdict"] for row in rulings)
    parts, x = [], 0.0
    for verdict in GLYPHS:
        if counts[verdict]:
            width = 1000 * counts[verdict] / len(rulings)
            place = {"x": f"{x:.2f}", "width": f"{width:.2f}", "count": counts[verdict]}
            parts.append({**_named(verdict), **place})
            x += width
    return parts


def _spending(run: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    spent, budget = run["spent"], run["budget"]
    rows = (
        ("requests", spent["requests"], budget["requests"], "{:,.0f}"),
        ("tokens", spent["tokens"], budget["tokens"], "{:,.0f}"),
        ("spend in USD", spent["usd"], budget["usd"], "{:,.6f}"),
        ("seconds", run["seconds"], budget.get("seconds", 0), "{:,.1f}"),
    )
    for name, used, most, form in rows:
        share = min(100 * used / most, 100) if most else 0
        cap = f"{most:,.2f}" if name.startswith("spend") else f"{most:,.0f}"
        yield {
            "name": name,
            "words": f"{form.format(used)} of at most {cap}",
            "share": f"{share:.1f}",
        }


def _capabilities(capabilities: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for kind, css in CLASSES.items():
        names = [
            {"name": name, "words": found["words"][:200]}
            for name, found in capabilities.items()
            if found["class"] == kind and not name.startswith("key")
        ]
        if names:
            yield {"name": kind, "css": css, "items_": names}


def _coverage(rulings: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    chapters: dict[str, Counter[str]] = {}
    for row in rulings:
        chapters.setdefault(chapter_of(row["requirement"]), Counter())[row["verdict"]] += 1
    for name, counts in chapters.items():
        yield {"chapter": name, "counts": [counts[verdict] for verdict in GLYPHS]}


def _not_judged(rulings: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for row in rulings:
        if row["reason"]:
            reasons[row["reason"]].append(row["requirement"])
    return [{"reason": _cut(reason, 300), "ids": ids} for reason, ids in reasons.items()]


def _broken(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known = document["baseline"].get("reasons", {})
    for verdict in ("FAIL", "UNTESTABLE", "WARN"):
        for row in document["rulings"]:
            if row["verdict"] == verdict:
                yield {
                    **_named(verdict),
                    "id": row["requirement"],
                    "text": row["text"],
                    "level": row["level"],
                    "known": row["requirement"] in known,
                }


def _baseline(baseline: Mapping[str, Any]) -> Iterator[str]:
    for name, words in (("known", "known failure"), ("flaky", "known to come and go")):
        for identity in baseline.get(name, ()):
            yield f"{words}: {identity}: {baseline.get('reasons', {}).get(identity, '')}"
    for sentence in baseline.get("stale", ()):
        yield f"stale: {sentence}"


def _provenance(run: Mapping[str, Any]) -> str:
    environment = ", ".join(f"{name} {value}" for name, value in run["environment"].items())
    evidence = run["evidence"]["sha256"]
    kept = f"evidence {run['evidence']['file']} sha256 {evidence}" if evidence else "no evidence"
    return (
        f"gonogo {run['kit']['version']} · contract {run['contract']['version']} "
        f"sha256 {run['contract']['sha256']} · seed {run['seed']} · {environment} · {kept}"
    )
