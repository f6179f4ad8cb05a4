"""Marks: a table on a page between two comments, to be written anew. Knows no figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def between(page: str, name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the page with these rows between the marks of that name."""
    begins, ends = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = page.partition(begins)
    _, closed, after = rest.partition(ends)
    if not found or not closed:
        raise ValueError(f"the page has no marks {begins} and {ends}")
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{before}{begins}\n{table}\n{ends}{after}"
