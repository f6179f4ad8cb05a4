"""The requirement reference of the site: a page each, made from contract, judges and lies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping

from conformance.catalogue import Conversation, Judge, catalogue
from conformance.explain import level_words
from openapi import CHAPTERS, Requirement, contract
from openapi.defects import defects


def index_page() -> str:
    """Return the page that lists every requirement by chapter, each with its link."""
    law = contract()
    judged = sum(each.excluded is None for each in law.requirements)
    lines = [
        "# Requirements",
        "",
        f"Contract {law.version}: {judged} requirements are judged, "
        f"{len(law.requirements) - judged} are excluded with a reason. A scope that a level does "
        "not name is not judged there.",
    ]
    for chapter in CHAPTERS:
        lines += ["", f"## {chapter}", "", "| requirement | level | sentence |", "|---|---|---|"]
        for each in law.requirements:
            if each.chapter == chapter:
                link = f"[`{each.id}`]({_path(each)})"
                lines.append(f"| {link} | {level_words(each)} | {_cell(each.text)} |")
    return "\n".join(lines) + "\n"


def pages() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each requirement's page."""
    judges = catalogue(contract())
    lies = _lies()
    for each in contract().requirements:
        judge = None if each.excluded else judges.entry(each.id).judge
        yield _path(each), _page(each, judge, lies)


def _page(each: Requirement, judge: Judge | None, lies: Mapping[str, str]) -> str:
    lines = [f"# {each.id}", "", f"> {each.text}", ""]
    lines += ["| | |", "|---|---|", f"| level | {level_words(each)} |"]
    lines.append(f"| applies | {', '.join(f'`{name}`' for name in each.when) or 'always'} |")
    lines.append(f"| source | {_cell(each.source)} |")
    lines.append(f"| clause | `gateway.yaml#{each.pointer}` |")
    if judge is None:
        return "\n".join([*lines, "", "## Not judged", "", f"{each.excluded}", ""])
    lines += ["", "## Why it matters", "", each.why, "", "## How it is judged", "", judge.words, ""]
    if isinstance(judge, Conversation):
        names = ", ".join(f"`{probe.name}`" for probe in judge.on)
        lines.append(f"It is read off the conversation {names}.")
    else:
        lines.append("It is read off every exchange of the run that it applies to.")
    forged = (judge.forgery.__doc__ or judge.forgery.__name__.replace("_", " ")).strip()
    lines += ["", "## The lie that it must catch", "", f"Forged evidence: {forged.splitlines()[0]}"]
    told = {name: words for name, words in lies.items() if name.partition("/")[0] == each.id}
    if told:
        lines += ["", "And the mock tells it, for as long as you like:", ""]
        lines += [f"- `gonogo-mock serve --fault {name}`: {words}" for name, words in told.items()]
    lines += ["", "## See it", "", "```", f"gonogo check URL --only {each.id}", "```", ""]
    return "\n".join([*lines, *_seen(each)]) + "\n"


def _seen(each: Requirement) -> list[str]:
    if not each.defects:
        return []
    lines = ["## Real defects that it catches", ""]
    for row in each.defects:
        defect = defects()[row]
        reports = ", ".join(
            f"[{name}]({link})" for name, link in zip(defect.seen, defect.links, strict=True)
        )
        breaks = f" Clients: {defect.breaks}." if defect.breaks else ""
        where = f" Reported in {reports}." if reports else ""
        lines.append(f"- **{row}** {defect.text}.{breaks}{where}")
    return lines


def _lies() -> dict[str, str]:
    """Return every fault of the mock and what it does, as its command lists them."""
    command = [sys.executable, "-m", "mock_server", "serve", "--list-faults"]
    listed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    pairs = (line.split(None, 1) for line in listed.stdout.splitlines())
    return {name: words.strip() for name, words in pairs}


def _path(each: Requirement) -> str:
    return f"{each.chapter}/{each.id.partition('.')[2]}.md"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
