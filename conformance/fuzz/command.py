"""Command: what `gonogo check --spec FILE` does with its options. Prints the outcome.

A document without requirements of its own is judged by what it says of itself, and by nothing else.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance import __version__, evidence
from conformance.budget import Governor
from conformance.errors import UsageError
from conformance.exchange import Exchange, Request, Setting
from conformance.fuzz.blocking import blocking
from conformance.fuzz.campaign import roomier
from conformance.fuzz.described import Described, Line, label, sendable
from conformance.fuzz.schema_engine import Wishes
from conformance.fuzz.task import NOTE, Task, keep_document, same_task
from conformance.fuzz.telling import told, with_costs
from conformance.keeper import Keeper
from conformance.pacing import Pacing, unhurried
from conformance.redaction import Secrets
from conformance.report import Report
from conformance.session import CONTRACT_PRICES, bundled_target, edge_settings
from conformance.target import UNNAMED, Budget, Target, keyring
from conformance.wire import origin
from openapi import Contract, contract, load
from openapi.lint import require_sound


@dataclass(frozen=True, slots=True)
class SpecOptions:
    """How a described API is to be judged."""

    spec: Path
    seed: int = 0
    fuzz: int = 0
    """Cases of the fuzzing phase, shared among the operations."""
    allow_writes: str = ""
    only: str | None = None
    evidence: Path | None = None
    resume: bool = False
    """Go on with the run whose evidence lies in the folder."""
    redact: tuple[str, ...] = ()
    caps: Mapping[str, float] = field(default_factory=dict)
    """Parts of the budget that the user set."""


def document_of(path: Path) -> Contract:
    """Load a sound document; ContractError says in one sentence what is wrong with another."""
    law = load(path)
    require_sound(law)
    if not law.operations:
        raise UsageError(f"{path.name} describes no operation", hint="give it `paths`")
    return law


def described_plan(target: Target, options: SpecOptions) -> list[str]:
    """Return what would be sent and what not, one line an operation."""
    law = document_of(options.spec)
    chosen = sendable(law, target.loopback, _names(options.allow_writes))
    each = options.fuzz // max(len(chosen), 1)
    phases = "examples and coverage" + (f", {each} fuzzing cases" if each else "")
    return [
        f"{label(one)}: {phases}"
        if one in chosen
        else f"{label(one)}: not sent; --allow-writes {one.id}"
        for one in law.operations
    ]


def described(target: Target | None, options: SpecOptions, *, plan: bool) -> Report | None:
    """Judge, or print what would be sent; the bundled mock is the target where none is given."""
    if plan:
        stand_in = target or Target("http://127.0.0.1/v1")
        print("\n".join(described_plan(stand_in, options)))  # noqa: T201
        return None
    if target is not None:
        return check_described(target, options)
    with bundled_target() as (mock, keys):
        model = contract().model
        judged = replace(mock, model=model.id if model else None)
        return check_described_with(judged, {"valid": keys["valid"]}, options)


def check_described(target: Target, options: SpecOptions) -> Report:
    """Judge a target by a document; raises UsageError and ContractError for bad ones."""
    return check_described_with(target, keyring(target, os.environ), options)


def check_described_with(target: Target, keys: Mapping[str, str], options: SpecOptions) -> Report:
    """Judge a target with keys that are at hand: role → key."""
    law = document_of(options.spec)
    chosen = sendable(law, target.loopback, _names(options.allow_writes))
    wishes = _wishes(target, keys, options, len(chosen))
    settings = replace(edge_settings(target), headers=())
    settings = replace(settings, timeouts=replace(settings.timeouts, total=wishes.timeout))
    secrets = Secrets(keys, options.redact)
    began, started = time.monotonic(), datetime.now(UTC)
    keeper = Keeper(options.evidence, resume=options.resume)
    task = Task(tuple(label(each) for each in chosen), wishes)
    with contextlib.closing(keeper), blocking(settings, secrets) as perform:
        header = evidence.Header(
            target.url,
            Setting(
                model=target.model or "",
                contract_version=law.version,
                keys=frozenset(keys),
                loopback=target.loopback,
                seed=options.seed,
            ),
            __version__,
            law.version,
            law.digest,
            started.timestamp(),
            {**target.keys, NOTE: task.written(secrets)},
        )
        if keeper.resumed is not None:
            same_task(keeper.resumed.header, header)
        keeper.begin(header)
        keep_document(options.spec, options.evidence)
        described = Described(
            law,
            chosen,
            Governor(budget_of(target, options), target.claims.prices or CONTRACT_PRICES),
            secrets,
            keeper.write,
        )
        recorded = keeper.resumed.exchanges if keeper.resumed else ()
        pacing = Pacing(target.claims.requests_per_minute)

        def paced(request: Request) -> Exchange:
            time.sleep(pacing.wait(time.monotonic()))
            return perform(request)

        described.perform(wishes, Line(origin(target.url).base_path, paced, recorded))
        digest = keeper.finish(whole=True)
    report = told(described, header, only=options.only)
    place = {options.evidence.name: digest} if options.evidence else {}
    return with_costs(report, described.governor, time.monotonic() - began, place)


def budget_of(target: Target, options: SpecOptions) -> Budget:
    """Return the caps of a run: the target's, or roomy ones, and over them the user's."""
    roomy = target.budget
    if roomy is UNNAMED:
        roomy = roomier(roomy, max(options.fuzz, 1000))
        roomy = unhurried(roomy, target.claims.requests_per_minute)
    caps: dict[str, Any] = dict(options.caps)
    return replace(roomy, **caps)


def _wishes(
    target: Target, keys: Mapping[str, str], options: SpecOptions, operations: int
) -> Wishes:
    headers = dict(target.http.headers)
    if "valid" in keys:
        headers["Authorization"] = f"Bearer {keys['valid']}"
    return Wishes(
        target.url,
        options.seed,
        examples=-(-options.fuzz // max(operations, 1)),
        timeout=min(target.http.timeout, 30.0),
        headers=headers,
        pinned={"model": target.model} if target.model else {},
        safe=not target.loopback,
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
