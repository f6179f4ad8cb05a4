"""Commands: what `gonogo check` and `gonogo replay` do with their options. Prints the outcome."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from conformance.outcome import exit_code
from conformance.report import Report
from conformance.reports.text import show
from conformance.session import Options, bundled_target, check, check_with_keys
from conformance.target import Target, checked_url, load_target
from conformance.writing import destinations, write
from openapi import Scope


def check_command(
    *,
    url: str | None,
    target_file: Path | None,
    key_env: str | None,
    model: str | None,
    scope: str | None,
    seed: int,
    only: str | None,
    max_requests: int | None,
    max_tokens: int | None,
    max_usd: float | None,
    max_seconds: float | None,
    evidence: Path | None,
    redact: tuple[str, ...],
    strict: bool,
    require_complete: bool,
    quiet: bool,
    reports: Sequence[str],
) -> int:
    """Judge, print, write the reports; return the exit code."""
    places = destinations(reports)
    target = load_target(target_file) if target_file else None
    if url is not None:
        target = target.with_url(url) if target else Target(checked_url(url))
    caps: dict[str, Any] = {
        "requests": max_requests,
        "tokens": max_tokens,
        "usd": max_usd,
        "seconds": max_seconds,
    }
    given = {name: value for name, value in caps.items() if value is not None}

    def flagged(plain: Target) -> Target:
        keys = {**plain.keys, "valid": key_env} if key_env else plain.keys
        return replace(
            plain,
            model=model or plain.model,
            scope=Scope(scope) if scope else plain.scope,
            keys=keys,
            budget=replace(plain.budget, **given),
        )

    with _bar(quiet) as bar:
        task = bar.add_task("starting", total=None)

        def progress(name: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=name)

        options = Options(seed, only, evidence, redact, progress)
        if target is None:
            with bundled_target() as (mock, keys):
                report = check_with_keys(flagged(mock), keys, options)
        else:
            report = check(flagged(target), options)
    return finish(report, places, evidence, strict, require_complete, quiet)


def finish(
    report: Report,
    places: Sequence[tuple[str, Path]],
    evidence: Path | None,
    strict: bool,
    require_complete: bool,
    quiet: bool,
) -> int:
    """Print a report, write it in every format asked for, and return the exit code."""
    document = report.to_json()
    if not quiet:
        show(document, Console(highlight=False))
    write(document, places, evidence)
    return exit_code(document, strict=strict, require_complete=require_complete)


def _bar(quiet: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal or "CI" in os.environ,
    )


def replay_command(*, folder: Path, only: str | None, strict: bool, reports: Sequence[str]) -> int:
    """Judge recorded evidence again, print and write; return the exit code."""
    from conformance.replaying import replay

    places = destinations(reports)
    return finish(replay(folder, only), places, folder, strict, False, False)
