"""HTML: the matrix as one self-contained page. Needs the extra `report`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from conformance.page import compose, environment
from conformance.page.words import GLYPHS, NAMES, chapter_of

_HEADS = {
    "history": ("One gateway over time", "What broke and what was mended"),
    "gateways": ("Gateways side by side", "What changed"),
    "diff": ("Engine and gateway", "Who is to blame"),
}


def ready() -> None:
    """Raise UsageError when Jinja2 is not installed."""
    environment()


def render(matrix: Mapping[str, Any]) -> str:
    """Return the page."""
    title, changes = _HEADS[matrix["kind"]]
    chapters: dict[str, list[dict[str, Any]]] = {}
    for row in matrix["rows"]:
        chapters.setdefault(chapter_of(row["requirement"]), []).append(_row(row))
    return compose(
        "matrix.html.j2",
        title=title,
        heading=changes,
        columns=[
            {**column, "counts": [_count(column, verdict) for verdict in GLYPHS]}
            for column in matrix["columns"]
        ],
        chapters=chapters,
        changes=matrix["changes"],
        remarks=matrix["remarks"],
        verdicts=[{"verdict": v, "glyph": GLYPHS[v], "name": NAMES[v]} for v in GLYPHS],
        names=list(chapters),
    )


def _count(column: Mapping[str, Any], verdict: str) -> dict[str, Any]:
    return {"glyph": GLYPHS[verdict], "verdict": verdict, "n": column["verdicts"][verdict]}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    cells = [
        None
        if cell is None
        else {
            "verdict": cell["verdict"],
            "glyph": GLYPHS[cell["verdict"]],
            "words": f"{NAMES[cell['verdict']]}, {cell['level']}. {cell['words']}"[:400],
            "moved": False,
        }
        for cell in row["cells"]
    ]
    for before, after in pairwise(cells):
        if before and after and before["verdict"] != after["verdict"]:
            after["moved"] = True
    worst = next((v for v in GLYPHS if any(c and c["verdict"] == v for c in cells)), "PASS")
    return {**row, "cells": cells, "verdict": worst}
