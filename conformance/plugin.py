"""The pytest plugin: `pytest --pyargs conformance.suite --gonogo-url URL --gonogo-key-env NAME`.

Costs nothing until it is used: the suite itself is imported when a fixture or an item asks for it.
The requirements as items are in `conformance.suite`; the fixture `gonogo_report` is for tests of
one's own that assert on rulings.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conformance.report import Report

SUITE = "conformance.suite"


class BrokenShould(UserWarning):
    """The target does not keep a SHOULD."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; none is called like another plugin's."""
    group = parser.getgroup("gonogo", "conformance of an OpenAI-compatible gateway")
    group.addoption("--gonogo-url", metavar="URL", help="Base URL of the gateway to judge.")
    group.addoption("--gonogo-key-env", metavar="NAME", help="Variable that holds its key.")
    group.addoption("--gonogo-target", metavar="FILE", help="A target file.")
    group.addoption("--gonogo-scope", choices=("any", "gateway"), help="Who owes the promises.")
    group.addoption("--gonogo-only", metavar="ID|CHAPTER|LEVEL,...", help="Judge only these.")
    group.addoption("--gonogo-model", metavar="MODEL", help="Model to judge.")
    group.addoption("--gonogo-fuzz", type=int, metavar="N", help="Cases of conformance.fuzz.suite.")
    group.addoption("--gonogo-seed", type=int, default=0, help="Decides the cases.")
    group.addoption("--gonogo-database", metavar="DIR|URL", help="Try first what failed before.")
    group.addoption(
        "--gonogo-report",
        action="append",
        default=[],
        metavar="FORMAT=PATH",
        help="Write a report of the run; repeatable.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Check what can be checked before anything is sent."""
    if config.getoption("gonogo_report"):
        from conformance.errors import KitError
        from conformance.writing import destinations

        try:
            destinations(config.getoption("gonogo_report"))
        except KitError as error:
            raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session")
def gonogo_report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The `conformance.report.Report` of one run against the target, shared by every worker."""
    from conformance.errors import KitError

    folder = _folder(request.config, tmp_path_factory.getbasetemp())
    try:
        return _report(request.config, folder, _wanted(request.session))
    except KitError as error:
        if _worker(request.config):
            # A worker that exits looks like one that crashed; one that wants to stop stops all.
            request.session.shouldstop = f"gonogo: {error}"
            pytest.fail(f"gonogo: {error}", pytrace=False)
        pytest.exit(f"gonogo: {error}", returncode=error.exit_code)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the run comes to, and write its reports."""
    config = terminalreporter.config
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is None or getattr(factory, "_basetemp", None) is None:
        return
    folder = _folder(config, factory.getbasetemp())
    if not folder.is_dir():
        return
    from conformance.outcome import outcome
    from conformance.shared_run import read_document
    from conformance.writing import destinations, write

    document = read_document(folder)
    if document is None:
        return
    said, spent = outcome(document), document["run"]["spent"]
    terminalreporter.section("gonogo")
    terminalreporter.line(f"{document['run']['target']}: {said.title}. {said.sentence}")
    terminalreporter.line(
        f"{spent['requests']} requests, {spent['tokens']} tokens, {spent['usd']:.6f} USD"
    )
    places = destinations(config.getoption("gonogo_report"))
    write(document, places, folder / "evidence")
    for name, path in places:
        terminalreporter.line(f"wrote {name}: {path}")


def _report(config: pytest.Config, folder: Path, only: str | None) -> Report:
    from conformance.session import Options, check
    from conformance.shared_run import shared_report

    target = target_of(config)
    return shared_report(
        folder,
        lambda evidence: check(target, Options(only=only, evidence=evidence)),
        only,
        patience=target.budget.seconds + 2 * target.http.timeout,
    )


def target_of(config: pytest.Config) -> Any:
    """Return the target that the options name; raises UsageError when they name none."""
    from dataclasses import replace

    from conformance.errors import UsageError
    from conformance.target import Target, checked_url, load_target
    from openapi import Scope

    url = config.getoption("gonogo_url") or os.environ.get("GONOGO_URL")
    file = config.getoption("gonogo_target")
    target = load_target(Path(file)) if file else None
    if url:
        target = target.with_url(url) if target else Target(checked_url(url))
    if target is None:
        raise UsageError("no gateway is named", hint="--gonogo-url URL or --gonogo-target FILE")
    key_env = config.getoption("gonogo_key_env")
    scope = config.getoption("gonogo_scope")
    return replace(
        target,
        model=config.getoption("gonogo_model") or target.model,
        scope=Scope(scope) if scope else target.scope,
        keys={**target.keys, "valid": key_env} if key_env else target.keys,
    )


def _wanted(session: pytest.Session) -> str | None:
    """Return the ids of the items selected, so that `-k` saves requests too; None for all."""
    ids = []
    for item in session.items:
        if not isinstance(item, pytest.Function) or "gonogo_report" not in item.fixturenames:
            continue
        if item.module.__name__ != SUITE:
            only: str | None = session.config.getoption("gonogo_only")
            return only
        ids.append(str(item.callspec.params["requirement"]))
    return ",".join(ids) or None


def _worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _folder(config: pytest.Config, basetemp: Path) -> Path:
    """Return the folder of the run: one for all workers of a session."""
    return (basetemp.parent if _worker(config) else basetemp) / "gonogo-run"
