"""Text: the console's view. The verdict, the chapters, and every finding so that it can be argued.

Knows nothing of the run; it is given the document.
"""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.outcome import outcome
from conformance.showing import visible

_COLUMNS = ("PASS", "WARN", "FAIL", "UNTESTABLE", "INCONCLUSIVE", "NOT_APPLICABLE")
_STYLE = {
    "PASS": "green",
    "WARN": "yellow",
    "FAIL": "bold red",
    "UNTESTABLE": "red",
    "INCONCLUSIVE": "magenta",
    "NOT_APPLICABLE": "dim",
}
_TONES = {"good": "bold green", "bad": "bold red", "open": "bold magenta"}
_TOLD = ("FAIL", "UNTESTABLE", "WARN", "INCONCLUSIVE")
WIDTH = 100


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the report as plain text."""
    console = Console(
        file=io.StringIO(), width=WIDTH, color_system=None, force_terminal=False, highlight=False
    )
    show(document, console)
    file = console.file
    assert isinstance(file, io.StringIO)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


def show(document: Mapping[str, Any], console: Console) -> None:
    """Print the report on a console."""
    run = document["run"]
    console.print(_line(f"gonogo {run['kit']['version']} · {run['target']}", style="bold"))
    console.print(
        _line(
            f"model {run['model']} · scope {run['scope']} · contract {run['contract']['version']}"
        )
    )
    _capabilities(document["capabilities"], console)
    console.print(_chapters(document["rulings"]))
    for verdict in _TOLD:
        for ruling in document["rulings"]:
            if ruling["verdict"] == verdict:
                _ruling(ruling, console)
    _not_judged(document["rulings"], console)
    _closing(document, console)


def _line(text: str, style: str = "") -> Text:
    """Return a line in which nothing commands the terminal, whatever a gateway said."""
    return Text(visible(text), style=style)


def _capabilities(capabilities: Mapping[str, Any], console: Console) -> None:
    groups = defaultdict(list)
    for name, found in capabilities.items():
        if not name.startswith("key"):
            groups[found["class"]].append(name)
    for kind, names in groups.items():
        console.print(_line(f"{kind}: {', '.join(names)}", style="dim"))


def _chapters(rulings: Iterable[Mapping[str, Any]]) -> Table:
    counts: dict[str, Counter[str]] = {}
    for ruling in rulings:
        chapter = ruling["requirement"].partition(".")[0]
        counts.setdefault(chapter, Counter())[ruling["verdict"]] += 1
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("chapter")
    for column in _COLUMNS:
        table.add_column(column.lower().replace("_", " "), justify="right")
    for chapter, row in counts.items():
        table.add_row(chapter, *(_count(row[column], column) for column in _COLUMNS))
    total: Counter[str] = sum(counts.values(), Counter())
    table.add_section()
    table.add_row("all", *(_count(total[column], column) for column in _COLUMNS))
    return table


def _count(number: int, column: str) -> Text:
    return Text(str(number), style=_STYLE[column]) if number else Text("·", style="dim")


def _ruling(ruling: Mapping[str, Any], console: Console) -> None:
    verdict = ruling["verdict"]
    head = Text()
    head.append(verdict, style=_STYLE[verdict])
    head.append(f" {ruling['requirement']} ({ruling['level']})", style="bold")
    console.print()
    console.print(head)
    console.print(_line(f"  {ruling['text']}"))
    if ruling["reason"]:
        console.print(_line(f"  reason    {ruling['reason']}"))
    for finding in ruling["findings"]:
        console.print(_line(f"  where     {finding['where']}"))
        console.print(_line(f"  expected  {finding['expected']}"))
        console.print(_line(f"  got       {finding['actual']}"))
        if finding["curl"]:
            console.print(_line(f"  again     {finding['curl']}"), soft_wrap=True)
    if ruling["count"] > len(ruling["findings"]):
        console.print(_line(f"  {ruling['count']} findings in all; these tell them apart"))
    if verdict in ("FAIL", "WARN"):
        console.print(_line(f"  matters   {ruling['why']}"))
        console.print(_line(f"  clause    {ruling['clause']} · {ruling['source']}", style="dim"))


def _not_judged(rulings: Iterable[Mapping[str, Any]], console: Console) -> None:
    reasons = defaultdict(list)
    for ruling in rulings:
        if ruling["verdict"] == "NOT_APPLICABLE":
            reasons[ruling["reason"]].append(ruling["requirement"])
    if reasons:
        console.print()
        console.print(_line("not judged", style="bold"))
        for reason, ids in reasons.items():
            console.print(_line(f"  {reason}: {', '.join(ids)}", style="dim"))


def _closing(document: Mapping[str, Any], console: Console) -> None:
    run = document["run"]
    console.print()
    for crash in run["crashes"]:
        console.print(_line(f"bug of this kit: {crash}", style="bold red"))
    if run["interrupted"]:
        console.print(_line(f"interrupted: {run['interrupted']}", style="magenta"))
    baseline = document["baseline"]
    for identity in (*baseline.get("known", ()), *baseline.get("flaky", ())):
        console.print(_line(f"known: {identity}: {baseline['reasons'][identity]}", style="dim"))
    for entry in baseline.get("stale", ()):
        console.print(_line(f"stale baseline entry: {entry}", style="bold red"))
    fuzz = document["measurements"].get("fuzz")
    if fuzz is not None:
        console.print(_line(f"fuzz: {fuzz['note']}, seed {fuzz['seed']}"))
    spent = run["spent"]
    console.print(
        _line(
            f"{spent['requests']} requests, {spent['tokens']} tokens, {spent['usd']:.6f} USD, "
            f"{run['seconds']:.1f} s"
        )
    )
    said = outcome(document)
    console.print(_line(f"{said.title}: {said.sentence}", style=_TONES[said.tone]))
