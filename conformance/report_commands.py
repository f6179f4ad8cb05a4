"""Report commands: what `compare`, `verify`, `sign` and `diff` do with their options."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from conformance.errors import UsageError
from conformance.matrix import attributed, compared, provocations


def compare_command(documents: Sequence[Path], reports: Sequence[str]) -> int:
    """Print reports side by side and write the matrix."""
    from conformance.matrices import destinations, render, write
    from conformance.writing import load_report

    if len(documents) < 2:
        raise UsageError("there is nothing to compare", hint="name at least two JSON reports")
    where = destinations(reports)
    matrix = compared([load_report(path) for path in documents])
    click.echo(render("text", matrix), nl=False)
    write(matrix, where)
    return 0


def verify_command(report: Path, evidence: Path | None, public_key: Path | None) -> int:
    """Judge the evidence again and compare; return 1 when the report cannot be trusted."""
    from conformance.showing import one_line
    from conformance.signing import signed_by
    from conformance.verifying import coverage, departures
    from conformance.writing import load_report

    found = departures(report, evidence, public_key)
    for sentence in found:
        click.echo(one_line(sentence, 500))
    if found:
        click.echo(f"{report.name} is not to be trusted")
        return 1
    ruled, there = coverage(load_report(report))
    signer = signed_by(report, public_key)
    said = "not signed" if signer is None else f"signed with {signer}"
    vouched = "" if signer is None or public_key else ", a key that nobody vouched for here"
    click.echo(f"{report.name} says what its evidence says; it is {said}{vouched}")
    if ruled < there:
        click.echo(f"it rules on {ruled} of the {there} requirements of its scope")
    return 0


def sign_command(report: Path, private_key: Path) -> int:
    """Sign a report; its signature lies beside it."""
    from conformance.signing import sign, signature_path
    from conformance.writing import load_report

    load_report(report)
    public = sign(report, private_key)
    click.echo(f"wrote {signature_path(report).name}, to be verified with {public}")
    return 0


def diff_command(
    *,
    direct: str | None,
    via: str,
    upstream_port: int | None,
    variants: Sequence[str],
    key_env: str | None,
    direct_key_env: str | None,
    model: str | None,
    scope: str | None,
    seed: int,
    only: str | None,
    reports: Sequence[str],
) -> int:
    """Say of each finding whether the engine or the gateway before it is to blame.

    Return 1 when the gateway breaks what the engine keeps.
    """
    from conformance.matrices import destinations, render, write
    from conformance.provoking import UNUSUAL, provoked
    from conformance.session import Options, check
    from conformance.target import Target, checked_url
    from openapi import Scope

    if (direct is None) == (upstream_port is None):
        raise UsageError(
            "one engine is to be named",
            hint="--direct URL of the gateway's own, or --upstream-port PORT for the mock",
        )
    where = destinations(reports)
    options = Options(seed=seed, only=only)

    def target(url: str, variable: str | None) -> Target:
        keys = {"valid": variable} if variable else {}
        graded = Scope(scope) if scope else Scope.ANY
        return Target(checked_url(url), model=model, scope=graded, keys=keys)

    if upstream_port is not None:
        chosen = variants or UNUSUAL
        matrix = provocations(list(provoked(target(via, key_env), options, upstream_port, chosen)))
    else:
        engine = check(target(direct or "", direct_key_env or key_env), options).to_json()
        matrix = attributed(engine, check(target(via, key_env), options).to_json())
    click.echo(render("text", matrix), nl=False)
    write(matrix, where)
    return 1 if any(row["blame"].startswith("gateway") for row in matrix["rows"]) else 0
