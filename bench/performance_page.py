"""What `make bench` measured, as a part of docs/performance.md; the rest stands as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN = "<!-- What follows is written by `make bench`. -->"
END = "<!-- What `make bench` writes ends here. -->"
TITLES = {
    "start": "Starts",
    "streams": "Many streams at once",
    "workers": "Workers",
    "shares": "Where the time goes",
    "check": "The suite",
    "fuzz": "Fuzz",
    "judges": "Judges",
    "growth": "Growth",
    "seeded": "The seeded engine",
    "gemma": "The small Gemma",
    "regression": "Instructions",
}
"""Part of `bench` → its title; each is shown as it was printed."""
MEASURES = {"json": "JSON", "json, every prompt new": "JSON, new prompts", "streams": "streams"}


def replaced(page: str, told: dict[str, Any], mock: dict[str, Any]) -> str:
    """Return the page with another first part; raises ValueError where it has no such part."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{PAGE.name} has no part that is written by make bench")
    return f"{before}{BEGIN}\n\n{measured(told, mock)}\n{END}{after}"


def measured(told: dict[str, Any], mock: dict[str, Any]) -> str:
    """Return what was measured, in Markdown."""
    machine = told["machine"]
    lines = [
        f"{machine['when']}, {machine['processors']} processors ({machine['processor']}), "
        f"Python {machine['python']}, "
        f"load average {machine['load_average_at_the_end']} at the end.",
        "",
        *_mock(mock),
    ]
    for name, title in TITLES.items():
        part = told["parts"].get(name)
        if part is not None:
            failed = "" if part["exit"] == 0 else " This part failed."
            lines += ["", f"### {title}", "", f"`python -m bench.{name}`, {part['seconds']:.0f} s."]
            lines[-1] += failed
            lines += ["", "```", *part["told"], "```"]
    return "\n".join(lines) + "\n"


def _mock(mock: dict[str, Any]) -> Iterator[str]:
    shown = {name: rows for name, rows in mock["measures"].items() if name in MEASURES}
    yield "### The mock beside others"
    yield ""
    yield "![the mock beside others](mock-speed.svg)"
    yield ""
    yield "`python -m bench.mock`. Answers a second and, below, answers a processor second, as"
    yield "ratios to the bare application: median of the rounds, with the least and the most."
    for measure in ("ratio", "cpu_ratio"):
        yield ""
        yield _row(["", *(MEASURES[name] for name in shown)])
        yield _row(["---"] * (len(shown) + 1))
        servers = dict.fromkeys(server for rows in shown.values() for server in rows)
        for server in servers:
            note = mock["notes"].get(server, "")
            name = f"{server} ({note})" if note else server
            yield _row([name, *(_cell(rows.get(server), measure) for rows in shown.values())])


def _cell(row: dict[str, Any] | None, measure: str) -> str:
    if row is None:
        return ""
    ratio = row[measure]
    return f"{ratio['median']:.2f} ({ratio['least']:.2f} to {ratio['most']:.2f})"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
