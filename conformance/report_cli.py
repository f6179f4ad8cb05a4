"""The commands of `gonogo` that work on finished reports. Parses, calls one function, decides
nothing; heavy imports stand inside the commands.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from conformance.guard import guarded

_FILE = click.Path(path_type=Path, dir_okay=False)


def report_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--report FORMAT=PATH`."""
    return click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORMAT=PATH",
        help="Write a report; repeatable.",
    )(command)


@click.command()
@click.argument("document", type=_FILE, metavar="REPORT.json")
@report_option
@guarded
def render(document: Path, reports: tuple[str, ...]) -> None:
    """Render any format again from a JSON report."""
    from conformance.writing import render_command

    render_command(document, reports)


@click.command()
@click.argument("documents", type=_FILE, nargs=-1, metavar="REPORT.json...")
@report_option
@guarded
def compare(documents: tuple[Path, ...], reports: tuple[str, ...]) -> None:
    """Set reports side by side: several gateways, or one over time."""
    from conformance.report_commands import compare_command

    sys.exit(compare_command(documents, reports))


@click.command()
@click.argument("report", type=_FILE, metavar="REPORT.json")
@click.option("--evidence", type=click.Path(path_type=Path), help="Where the evidence lies.")
@click.option("--public-key", type=_FILE, metavar="PEM", help="Who must have signed it.")
@guarded
def verify(report: Path, evidence: Path | None, public_key: Path | None) -> None:
    """Judge the evidence of a report again, and tell any tampering."""
    from conformance.report_commands import verify_command

    sys.exit(verify_command(report, evidence, public_key))


@click.command()
@click.argument("report", type=_FILE, metavar="REPORT.json")
@click.option("--key", "private_key", type=_FILE, metavar="PEM", required=True, help="Ed25519.")
@guarded
def sign(report: Path, private_key: Path) -> None:
    """Sign a report with an Ed25519 key."""
    from conformance.report_commands import sign_command

    sys.exit(sign_command(report, private_key))


@click.command()
@click.option("--direct", metavar="URL", help="The engine itself.")
@click.option("--via", required=True, metavar="URL", help="The gateway before it.")
@click.option(
    "--upstream-port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Play the engine here, in legal but unusual ways, instead.",
)
@click.option("--variant", "variants", multiple=True, help="Only in these ways; repeatable.")
@click.option("--key-env", metavar="NAME", help="Environment variable that holds the key.")
@click.option("--direct-key-env", metavar="NAME", help="Another key for the engine.")
@click.option("--model", help="Model to judge.")
@click.option("--scope", type=click.Choice(["any", "gateway"]), help="By default any.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides what is sent.")
@click.option("--only", metavar="ID|CHAPTER|LEVEL,...", help="Judge only these.")
@report_option
@guarded
def diff(**options: Any) -> None:
    """Attribute each finding to the engine or to the gateway before it."""
    from conformance.report_commands import diff_command

    sys.exit(diff_command(**options))


COMMANDS = (render, compare, verify, sign, diff)
