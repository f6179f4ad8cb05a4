"""Text: the matrix on a console: who conforms, where they differ, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.page.words import GLYPHS, NAMES
from conformance.showing import one_line


def render(matrix: Mapping[str, Any]) -> str:
    """Return the matrix as lines of text."""
    return "\n".join(_lines(matrix)) + "\n"


def _lines(matrix: Mapping[str, Any]) -> Iterator[str]:
    columns = matrix["columns"]
    for number, column in enumerate(columns, 1):
        counts = ", ".join(f"{n} {NAMES[v]}" for v, n in column["verdicts"].items() if n)
        name = one_line(column["name"], 80)
        yield f"{number}  {name}: {column['title']} ({column['scope']}): {counts}"
    yield ""
    differing = [row for row in matrix["rows"] if row["differs"]]
    if differing:
        width = max(len(row["requirement"]) for row in differing)
        yield "  ".join([" " * width, *(str(n) for n in range(1, len(columns) + 1))])
        for row in differing:
            cells = [GLYPHS[cell["verdict"]] if cell else " " for cell in row["cells"]]
            yield "  ".join([row["requirement"].ljust(width), *cells]).rstrip()
    else:
        yield "no requirement is judged differently"
    if matrix["changes"]:
        yield ""
    for change in matrix["changes"]:
        yield f"{change['requirement']}: {one_line(change['words'], 200)}"
    for remark in matrix["remarks"]:
        yield one_line(remark, 300)
    yield ""
    yield "  ".join(f"{glyph} {NAMES[verdict]}" for verdict, glyph in GLYPHS.items())
