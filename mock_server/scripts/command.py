"""`gonogo-mock lint`: is a script what it was meant to be. Plays nothing."""

from __future__ import annotations

from pathlib import Path

import click

from mock_server.gemma.commands import Stopped


@click.command()
@click.option("--schema", is_flag=True, help="Print the JSON Schema of scripts, for editors.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
def lint(schema: bool, files: tuple[Path, ...]) -> None:
    """Check scripts and print what they say.

    Exit 1 for a step that can never do what it says, 2 for a file that is no script.
    """
    try:
        from mock_server import engines
        from mock_server.scripts.linting import Weight, remarks
        from mock_server.scripts.reading import SCHEMA, ScriptError, read
        from mock_server.scripts.telling import plan
        from mock_server.tokens import Tokens
        from openapi import contract
    except ModuleNotFoundError as error:
        raise Stopped(
            f"the mock needs {error.name}; install it with: pip install 'gonogo[mock]'"
        ) from None
    if schema:
        click.echo(SCHEMA.read_text(encoding="utf-8"), nl=False)
        return
    if not files:
        raise click.UsageError("say which script to check")
    tokens = Tokens.load()
    engine = engines.build("seeded", tokens)
    worst = 0
    for file in files:
        try:
            script = read(file)
        except ScriptError as error:
            for complaint in error.complaints:
                click.echo(f"{file}: {complaint}", err=True)
            worst = 2
            continue
        found = list(remarks(script, contract(), engine, tokens))
        for remark in found:
            click.echo(f"{file}: {remark}", err=remark.weight is Weight.ERROR)
        if any(remark.weight is Weight.ERROR for remark in found):
            worst = max(worst, 1)
        else:
            count = len(script.steps)
            click.echo(f"{file}: {count} step{'s' * (count > 1)} can be played")
            for line in plan(script):
                click.echo(f"  {line}")
    raise SystemExit(worst)
