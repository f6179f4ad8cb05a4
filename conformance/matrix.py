"""Matrix: several reports side by side: gateways, days, or one engine with and without a gateway.

A pure function of their documents. Requirements are rows, reports are columns; of one gateway over
time, what broke and what was mended is told; of a pair, who is to blame for each finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from conformance.outcome import outcome

_BROKEN = frozenset({"FAIL", "WARN", "UNTESTABLE"})


def compared(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the matrix of several reports: `{kind, columns, rows, changes, remarks}`.

    Reports of one target and model are put in order of time, and their kind is `history`.
    """
    gateways = {(each["run"]["target"], each["run"]["model"]) for each in documents}
    history = len(gateways) == 1 and len(documents) > 1
    ordered = sorted(documents, key=lambda each: each["run"]["started"]) if history else documents
    columns = _columns(ordered, history)
    rows = list(_rows(ordered))
    return {
        "kind": "history" if history else "gateways",
        "columns": columns,
        "rows": rows,
        "changes": list(_changes(rows, columns)) if history else [],
        "remarks": list(_remarks(ordered)),
    }


def attributed(direct: Mapping[str, Any], via: Mapping[str, Any]) -> dict[str, Any]:
    """Return the matrix of one engine asked directly and through a gateway: kind `diff`.

    Each row says who is to blame: `engine`, `gateway`, `hidden by the gateway`, or nobody.
    """
    rows = list(_rows((direct, via)))
    for row in rows:
        first, second = (cell["verdict"] if cell else "" for cell in row["cells"])
        row["blame"] = blame(first, second)
    columns = _columns((direct, via), history=False)
    for column, name in zip(columns, ("direct", "via"), strict=True):
        column["name"] = name
    return {
        "kind": "diff",
        "columns": columns,
        "rows": rows,
        "changes": _blamed(rows),
        "remarks": list(_remarks((direct, via))),
    }


def provocations(judged: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the matrix of a gateway before upstreams that differ legally: kind `diff`.

    The first is the plain one. Every upstream keeps its contract, so the gateway is to blame; the
    row says which upstreams it takes to provoke it.
    """
    names = [name for name, _ in judged]
    documents = [document for _, document in judged]
    rows = list(_rows(documents))
    for row in rows:
        first = row["cells"][0]
        broken = [n for n, cell in zip(names, row["cells"], strict=True) if _trips(cell, first)]
        if first and first["verdict"] in _BROKEN:
            row["blame"] = "gateway: broken with a plain upstream too"
        elif broken:
            row["blame"] = f"gateway: broken when its upstream is {', '.join(broken)}"
    columns = _columns(documents, history=False)
    for column, name in zip(columns, names, strict=True):
        column["name"] = name
    return {
        "kind": "diff",
        "columns": columns,
        "rows": rows,
        "changes": _blamed(rows),
        "remarks": list(_remarks(documents)),
    }


def _trips(cell: Mapping[str, Any] | None, plain: Mapping[str, Any] | None) -> bool:
    """Whether a cell is broken, or so noisy as it is not before a plain upstream."""
    if cell is None or cell["verdict"] in _BROKEN:
        return cell is not None
    noisy = cell["verdict"] == "INCONCLUSIVE" and not cell["words"].startswith("budget")
    return noisy and plain is not None and plain["verdict"] == "PASS"


def _blamed(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"requirement": row["requirement"], "words": row["blame"]} for row in rows if row["blame"]
    ]


def blame(direct: str, via: str) -> str:
    """Return whose fault it is, given the two verdicts."""
    if via in _BROKEN and direct in _BROKEN:
        return "engine: broken with and without the gateway"
    if via in _BROKEN and direct == "PASS":
        return "gateway: kept by the engine, broken on the way"
    if via in _BROKEN:
        return "gateway or engine: not judged directly"
    if direct in _BROKEN and via == "PASS":
        return "engine, mended by the gateway"
    return ""


def _columns(documents: Sequence[Mapping[str, Any]], history: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for document in documents:
        run = document["run"]
        host = urlsplit(run["target"]).netloc or run["target"]
        name = run["started"][:16].replace("T", " ") if history else host
        taken = [each["name"] for each in found]
        tries = (name, f"{name} {run['model']}", f"{name} {run['started'][:16]}")
        numbered = f"{name} #{len(found) + 1}"
        name = next((each for each in tries if each not in taken), numbered)
        said = outcome(document)
        found.append(
            {
                "name": name,
                "target": run["target"],
                "model": run["model"],
                "scope": run["scope"],
                "started": run["started"],
                "contract": run["contract"]["version"],
                "title": said.title,
                "tone": said.tone,
                "verdicts": document["summary"]["verdicts"],
            }
        )
    return found


def _rows(documents: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    by_id = [{row["requirement"]: row for row in each["rulings"]} for each in documents]
    seen: dict[str, Mapping[str, Any]] = {}
    for rulings in reversed(by_id):
        for identity, row in rulings.items():
            seen.setdefault(identity, row)
    for identity, row in seen.items():
        cells = [_cell(rulings.get(identity)) for rulings in by_id]
        verdicts = {cell["verdict"] if cell else None for cell in cells}
        yield {
            "requirement": identity,
            "text": row["text"],
            "cells": cells,
            "differs": len(verdicts) > 1,
            "blame": "",
        }


def _cell(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    first = row["findings"][0] if row["findings"] else None
    words = f"expected {first['expected']}, got {first['actual']}" if first else row["reason"]
    return {"verdict": row["verdict"], "level": row["level"], "words": words}


def _changes(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    for index, (before, after) in enumerate(pairwise(columns)):
        for row in rows:
            old, new = row["cells"][index], row["cells"][index + 1]
            if not old or not new or old["verdict"] == new["verdict"]:
                continue
            word = ""
            if new["verdict"] in _BROKEN and old["verdict"] not in _BROKEN:
                word = "broke"
            elif old["verdict"] in _BROKEN and new["verdict"] == "PASS":
                word = "mended"
            if word:
                yield {
                    "requirement": row["requirement"],
                    "words": f"{word} between {before['name']} and {after['name']}: "
                    f"{old['verdict']} → {new['verdict']}",
                }


def _remarks(documents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len({each["run"]["contract"]["sha256"] for each in documents}) > 1:
        yield "The reports were judged by different contracts; rows may not mean the same."
    if len({each["run"]["scope"] for each in documents}) > 1:
        yield "The reports were judged in different scopes; levels differ."
    for each in documents:
        if each["run"]["interrupted"]:
            yield f"The run of {each['run']['started']} ended early."
