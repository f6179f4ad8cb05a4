"""The command `gonogo`: parses, calls one function, prints. Decides nothing.

Heavy imports stand inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from conformance import __version__
from conformance.guard import guarded
from conformance.report_cli import COMMANDS, report_option

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="gonogo")
def main() -> None:
    """Judge an OpenAI-compatible chat gateway against its contract."""
    # Evidence and what is read of it are kept to the end of a run; to look again and again whether
    # they are garbage yet takes a quarter of the time it takes to judge them.
    gc.set_threshold(50_000, 20, 20)


def _baseline_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--update-baseline", is_flag=True, help="Write what is broken now into the baseline."
    )(command)
    return click.option(
        "--baseline",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Known failures, which do not fail the run.",
    )(command)


@main.command()
@click.argument("url", required=False)
@click.option("--target", "target_file", type=click.Path(path_type=Path), help="A target file.")
@click.option("--key-env", metavar="NAME", help="Environment variable that holds the key.")
@click.option("--model", help="Model to judge.")
@click.option("--scope", type=click.Choice(["any", "gateway"]), help="Who owes the promises.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides what is sent.")
@click.option("--only", metavar="ID|CHAPTER|LEVEL,...", help="Judge only these.")
@click.option("--fuzz", type=click.IntRange(0), default=0, metavar="N", help="Fuzz with N cases.")
@click.option(
    "--spec", type=click.Path(path_type=Path), metavar="FILE", help="Judge by FILE alone."
)
@click.option("--allow-writes", default="", metavar="OP,...", help="With --spec, send these too.")
@click.option("--database", default="", metavar="DIR|URL", help="Try first what failed before.")
@click.option(
    "--distill", type=click.Path(path_type=Path), metavar="DIR", help="Write failing tests."
)
@click.option("--max-requests", type=click.IntRange(0), help="Never send more requests.")
@click.option("--max-tokens", type=click.IntRange(0), help="Never cost more tokens.")
@click.option("--max-usd", type=click.FloatRange(0), help="Never cost more money.")
@click.option("--max-seconds", type=click.FloatRange(0), help="Send nothing after so long.")
@click.option("--evidence", type=click.Path(path_type=Path), help="Folder to keep evidence in.")
@click.option("--resume", type=click.Path(path_type=Path), metavar="DIR", help="Go on with a run.")
@click.option("--redact", multiple=True, metavar="PATTERN", help="Also hide what matches.")
@click.option("--strict", is_flag=True, help="A broken SHOULD fails the run too.")
@click.option("--require-complete", is_flag=True, help="Running out of budget fails the run.")
@click.option("--plan", is_flag=True, help="Show what would be sent and cost; send nothing.")
@click.option("--quiet", is_flag=True, help="Print no table.")
@_baseline_options
@report_option
@guarded
def check(**options: Any) -> None:
    """Judge the gateway at URL; without one, the bundled mock."""
    from conformance.commands import check_command

    sys.exit(check_command(**options))


@main.command("list")
@click.option("--only", metavar="ID|CHAPTER|LEVEL,...", help="List only these.")
@click.option("--scope", type=click.Choice(["any", "gateway"]), help="List one scope's levels.")
@click.option("--defects", is_flag=True, help="Trace each known defect to its requirement.")
@guarded
def list_requirements(**options: Any) -> None:
    """List the requirements, counted by chapter and level."""
    from conformance.explain import list_command

    list_command(**options)


@main.command()
@click.argument("identity", metavar="ID")
@guarded
def explain(identity: str) -> None:
    """Explain one requirement: sentence, levels, source, judge and lie."""
    from conformance.explain import explain_command

    explain_command(identity)


@main.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("gonogo.toml"))
@guarded
def init(path: Path) -> None:
    """Write a commented target file."""
    from conformance.target_file import write_template

    write_template(path)
    click.echo(f"wrote {path}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--only", metavar="ID|CHAPTER|LEVEL,...", help="Judge only these.")
@click.option("--strict", is_flag=True, help="A broken SHOULD fails too.")
@_baseline_options
@report_option
@guarded
def replay(**options: Any) -> None:
    """Judge recorded evidence again, without a network."""
    from conformance.commands import replay_command

    sys.exit(replay_command(**options))


for command in COMMANDS:
    main.add_command(command)
