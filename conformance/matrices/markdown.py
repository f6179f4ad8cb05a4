"""Markdown: the matrix as a table of what differs, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.page.words import GLYPHS, NAMES
from conformance.reports.markdown import code, plain


def render(matrix: Mapping[str, Any]) -> str:
    """Return the matrix, in GitHub's dialect."""
    return "\n".join(_lines(matrix)) + "\n"


def _lines(matrix: Mapping[str, Any]) -> Iterator[str]:
    columns = matrix["columns"]
    yield "| requirement | " + " | ".join(code(column["name"]) for column in columns) + " |"
    yield "|---|" + ":-:|" * len(columns)
    yield "| **in all** | " + " | ".join(column["title"] for column in columns) + " |"
    for row in matrix["rows"]:
        if row["differs"]:
            cells = [_cell(cell) for cell in row["cells"]]
            yield f"| {row['requirement']} | " + " | ".join(cells) + " |"
    same = sum(not row["differs"] for row in matrix["rows"])
    yield ""
    yield f"{same} requirements are judged alike in every column."
    for change in matrix["changes"]:
        yield f"- **{change['requirement']}**: {plain(change['words'])}"
    for remark in matrix["remarks"]:
        yield f"- {plain(remark)}"


def _cell(cell: Mapping[str, Any] | None) -> str:
    return f"{GLYPHS[cell['verdict']]} {NAMES[cell['verdict']]}" if cell else "not in this run"
