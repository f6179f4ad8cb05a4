"""Explain: the requirements in words, for `gonogo list` and `gonogo explain`."""

from __future__ import annotations

import difflib
from collections import Counter

import click

from conformance.catalogue import Conversation, catalogue
from conformance.choosing import chosen
from conformance.errors import UsageError
from openapi import CHAPTERS, Level, Requirement, Scope, contract
from openapi.defects import defects


def list_command(*, only: str | None, scope: str | None, defects: bool) -> None:
    """Print requirements by chapter, with counts; or each known defect and what catches it."""
    law = contract()
    if defects:
        click.echo(defect_table(law.requirements), nl=False)
        return
    ids = chosen(only, law.requirements)
    rows = [each for each in law.requirements if ids is None or each.id in ids]
    if scope:
        rows = [each for each in rows if each.excluded or each.level(Scope(scope))]
    for chapter in CHAPTERS:
        inside = [each for each in rows if each.chapter == chapter]
        if not inside:
            continue
        judged = [each for each in inside if each.excluded is None]
        click.echo(f"{chapter} ({len(judged)}: {_levels(judged, scope)})")
        for each in inside:
            click.echo(f"  {each.id:<48} {level_words(each):<24} {each.text}")
    judged = [each for each in rows if each.excluded is None]
    excluded = len(rows) - len(judged)
    click.echo(f"{len(judged)} requirements: {_levels(judged, scope)}; {excluded} excluded")


def _levels(rows: list[Requirement], scope: str | None) -> str:
    words = []
    for each in Scope:
        if scope and each != scope:
            continue
        counts = Counter(row.level(each) for row in rows)
        shown = ", ".join(f"{counts[level]} {level.value}" for level in Level if counts[level])
        words.append(f"{each.value}: {shown or 'none'}")
    return "; ".join(words)


def level_words(requirement: Requirement) -> str:
    """Return the levels as words: `MUST`, or `any SHOULD, gateway MUST`."""
    if requirement.excluded:
        return "excluded"
    values = set(requirement.levels.values())
    if len(values) == 1 and len(requirement.levels) == len(Scope):
        return values.pop().value
    return ", ".join(f"{scope} {level}" for scope, level in requirement.levels.items())


def explain_command(identity: str) -> None:
    """Print one requirement: sentence, levels, source, judge and lie."""
    law = contract()
    by_id = {each.id: each for each in law.requirements}
    if identity not in by_id:
        near = difflib.get_close_matches(identity, by_id, 1)
        hint = f"did you mean {near[0]!r}?" if near else "see `gonogo list`"
        raise UsageError(f"no requirement is called {identity!r}", hint=hint)
    click.echo(describe(by_id[identity]))


def describe(requirement: Requirement) -> str:
    """Return everything there is to say of a requirement, as lines."""
    lines = [
        requirement.id,
        f"  {requirement.text}",
        "",
        f"  levels    {level_words(requirement)}",
        f"  applies   {', '.join(requirement.when) or 'always'}",
        f"  source    {requirement.source}",
        f"  clause    gateway.yaml#{requirement.pointer}",
    ]
    if requirement.excluded:
        return "\n".join([*lines, f"  excluded  {requirement.excluded}"])
    judge = catalogue(contract()).entry(requirement.id).judge
    lines.append(f"  matters   {requirement.why}")
    if isinstance(judge, Conversation):
        names = ", ".join(probe.name for probe in judge.on)
        lines.append(f"  judge     {judge.words} (reads the conversation {names})")
    else:
        lines.append(f"  judge     {judge.words} (reads every exchange it applies to)")
    forged = (judge.forgery.__doc__ or judge.forgery.__name__.replace("_", " ")).strip()
    lines.append(f"  forgery   {forged.splitlines()[0]}")
    lines.append(f"  lie       gonogo-mock serve --fault {requirement.id}")
    known = defects()
    for row in requirement.defects:
        seen = known[row].seen
        where = f" (seen in {seen[0]})" if seen else ""
        lines.append(f"  defect    {row} {known[row].text}{where}")
    lines.append(f"  example   gonogo check URL --only {requirement.id}")
    return "\n".join(lines)


def defect_table(requirements: tuple[Requirement, ...]) -> str:
    """Return two lines for each known defect: what it is, and the requirements that catch it."""
    by_row: dict[str, list[str]] = {}
    for each in requirements:
        for row in each.defects:
            by_row.setdefault(row, []).append(each.id)
    lines = []
    for row, defect in defects().items():
        lines.append(f"{row}  {defect.text}")
        lines.append(f"     {', '.join(sorted(by_row.get(row, [])))}")
    return "\n".join(lines) + "\n"
