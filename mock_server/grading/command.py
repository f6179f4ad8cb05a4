"""`gonogo-mock grade`: runs a client's command through packs and prints its report card."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from mock_server.gemma.commands import Stopped


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="NAME",
    help="What to teach: a pack, or the path of one; repeatable. By default every pack there is.",
)
@click.option("--list-packs", is_flag=True, help="Print the packs, what they teach, and exit.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT=PATH",
    help="Write the card: json, junit or text; repeatable.",
)
@click.option("--jobs", default=4, show_default=True, help="Scenarios that run at once.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def grade(
    packs: tuple[str, ...],
    list_packs: bool,
    reports: tuple[str, ...],
    jobs: int,
    command: tuple[str, ...],
) -> None:
    """Run COMMAND against the mock in every scenario of some packs, and grade it.

    COMMAND finds OPENAI_BASE_URL and OPENAI_API_KEY in its environment. It shall make one chat
    call, print the text of the answer, and end with 0, or with another exit code when the call
    failed.

    Exit 1 when a MUST is broken, 2 for wrong use.
    """
    try:
        from mock_server.grading import formats
        from mock_server.grading.card import Card, graded
        from mock_server.grading.pack import PackError, load, names
        from mock_server.grading.running import CommandError, observe
    except ModuleNotFoundError as error:
        raise Stopped(
            f"the mock needs {error.name}; install it with: pip install 'gonogo[mock]'"
        ) from None
    try:
        chosen = [load(name) for name in packs or names()]
    except PackError as error:
        raise Stopped(str(error)) from None
    if list_packs:
        for pack in chosen:
            click.echo(f"{pack.name}: {pack.teaches}")
            for scenario in pack.scenarios:
                click.echo(f"  {scenario.name:32} {scenario.teaches}")
        return
    if not command:
        raise click.UsageError("say which command to grade, behind two dashes: -- python ask.py")
    places = [_place(report, formats.names()) for report in reports]
    scenarios = [scenario for pack in chosen for scenario in pack.scenarios]
    environment = dict(os.environ)
    try:
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            seen = list(pool.map(lambda one: observe(one, command, environment), scenarios))
    except CommandError as error:
        raise Stopped(str(error)) from None
    grades = [
        each
        for scenario, observed in zip(scenarios, seen, strict=True)
        for each in graded(observed, scenario.name, scenario.judges)
    ]
    card = Card(tuple(grades))
    about = {"client": " ".join(command)[:200], "packs": ", ".join(pack.name for pack in chosen)}
    click.echo(formats.render("text", card, about))
    for name, path in places:
        path.write_text(formats.render(name, card, about), encoding="utf-8")
    raise SystemExit(card.failed)


def _place(told: str, known: tuple[str, ...]) -> tuple[str, Path]:
    name, _, path = told.partition("=")
    if name not in known or not path:
        raise click.UsageError(
            f"--report {told}: write FORMAT=PATH with one of {', '.join(known)} as the format"
        )
    if not Path(path).resolve().parent.is_dir():
        raise click.UsageError(f"--report {told}: there is no such folder")
    return name, Path(path)
