"""Commands: what `gonogo check` and `gonogo replay` do with their options. Prints the outcome."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from conformance.bundled import VARIABLES
from conformance.closing import closing
from conformance.errors import UsageError
from conformance.fuzz.campaign import roomier
from conformance.pacing import expectation, unhurried
from conformance.session import ROOMY, Options, bundled_target, check, check_with_keys
from conformance.target import UNNAMED, Target, checked_url, load_target
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
    fuzz: int,
    spec: Path | None,
    allow_writes: str,
    database: str,
    distill: Path | None,
    max_requests: int | None,
    max_tokens: int | None,
    max_usd: float | None,
    max_seconds: float | None,
    evidence: Path | None,
    resume: Path | None,
    redact: tuple[str, ...],
    strict: bool,
    require_complete: bool,
    quiet: bool,
    plan: bool,
    baseline: Path | None,
    update_baseline: bool,
    reports: Sequence[str],
) -> int:
    """Judge, print, write the reports; return the exit code."""
    ending = closing(
        reports,
        baseline=baseline,
        update=update_baseline,
        strict=strict,
        require_complete=require_complete,
        quiet=quiet,
    )
    if resume is not None and evidence is not None:
        raise UsageError("--resume names the evidence already", hint="leave --evidence out")
    folder = resume or evidence
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
        nobody_named = plain.budget is UNNAMED or plain.budget is ROOMY
        plain = plain.with_usual_budget()
        budget = roomier(plain.budget, fuzz) if nobody_named else plain.budget
        if nobody_named:
            budget = unhurried(budget, plain.claims.requests_per_minute)
        keys = {**plain.keys, "valid": key_env} if key_env else plain.keys
        return replace(
            plain,
            model=model or plain.model,
            scope=Scope(scope) if scope else plain.scope,
            keys=keys,
            budget=replace(budget, **given),
        )

    if spec is not None:
        from conformance.fuzz.command import SpecOptions, described

        if database or distill:
            raise UsageError("--database and --distill are for chat", hint="leave out --spec")
        wishes = SpecOptions(
            spec, seed, fuzz, allow_writes, only, folder, resume is not None, redact, given
        )
        report = described(target and flagged(target), wishes, plan=plan)
        return 0 if report is None else ending.close(report, folder)
    if plan:
        _plan(flagged(target or _bundled()), Options(seed, only, fuzz=fuzz))
        return 0
    with _bar(quiet) as bar:
        task = bar.add_task("starting", total=None)

        def progress(name: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=name)

        options = Options(
            seed, only, folder, redact, resume is not None, fuzz, database, distill, progress
        )
        if target is None:
            with bundled_target() as (mock, keys):
                report = check_with_keys(flagged(mock), keys, options)
        else:
            judged = flagged(target)
            _expect(judged, quiet)
            report = check(judged, options)
    return ending.close(report, folder)


def _bundled() -> Target:
    """Return the bundled mock as a target that is not there yet."""
    return Target("http://127.0.0.1/v1", keys=dict(VARIABLES), budget=ROOMY)


def _expect(target: Target, quiet: bool) -> None:
    """Say first how long it takes, where a low rate makes it long."""
    said = expectation(target.budget.requests, target.claims.requests_per_minute)
    if said and not quiet:
        Console(stderr=True, highlight=False).print(said)


def _plan(target: Target, options: Options) -> None:
    from conformance.plan_text import show_plan
    from conformance.planning import plan

    show_plan(plan(target, options), target.url, Console(highlight=False))


def _bar(quiet: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal or "CI" in os.environ,
    )


def replay_command(
    *,
    folder: Path,
    only: str | None,
    strict: bool,
    baseline: Path | None,
    update_baseline: bool,
    reports: Sequence[str],
) -> int:
    """Judge recorded evidence again, print and write; return the exit code."""
    from conformance.replaying import replay

    ending = closing(reports, baseline=baseline, update=update_baseline, strict=strict)
    return ending.close(replay(folder, only), folder)
