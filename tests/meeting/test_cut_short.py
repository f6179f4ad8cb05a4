"""Runs that end early, by budget or Ctrl-C: nobody is blamed, and one can be gone on with."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.evidence_file import read_evidence
from conformance.outcome import exit_code, outcome
from conformance.report_schema import departure
from conformance.reports import render
from conformance.run import Progress
from conformance.session import Options, bundled_target, hold
from conformance.target import Target
from conformance.verifying import departures

Served = tuple[Target, dict[str, str]]
ONLY = "usage,stream,models"
RED = {"FAIL", "UNTESTABLE"}


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    """A clean mock as a target, and its keys."""
    with bundled_target() as target_and_keys:
        yield target_and_keys


def judged(target: Target, keys: dict[str, str], options: Options) -> dict[str, Any]:
    return asyncio.run(hold(target, keys, options)).report().to_json()


@pytest.mark.parametrize("requests", [1, 9, 33])
def test_a_budget_that_ends_blames_nobody(mock: Served, requests: int) -> None:
    target, keys = mock
    capped = replace(target, budget=replace(target.budget, requests=requests))
    document = judged(capped, keys, Options(only=ONLY))
    assert not [row for row in document["rulings"] if row["verdict"] in RED]
    assert document["run"]["spent"]["requests"] <= requests
    assert document["summary"]["not_reached"] > 0
    assert exit_code(document) == 0
    assert exit_code(document, require_complete=True) == 1


def interrupting(after: int) -> Progress:
    """Return a progress callback that presses Ctrl-C after so many conversations."""

    def progress(name: str, done: int, total: int) -> None:
        if done == after:
            signal.raise_signal(signal.SIGINT)

    return progress


def test_ctrl_c_leaves_a_valid_partial_report_and_evidence_that_verifies(
    mock: Served, tmp_path: Path
) -> None:
    target, keys = mock
    options = Options(only=ONLY, evidence=tmp_path / "evidence", progress=interrupting(3))
    document = judged(target, keys, options)
    assert document["run"]["interrupted"] == "the run was interrupted"
    assert departure(document) is None
    assert not [row for row in document["rulings"] if row["verdict"] in RED]
    assert document["summary"]["verdicts"]["PASS"] > 0
    assert (exit_code(document), outcome(document).title) == (1, "Unfinished")
    (tmp_path / "report.json").write_text(render("json", document), encoding="utf-8")
    assert departures(tmp_path / "report.json", None, None) == []


def test_a_run_that_was_cut_goes_on_and_rules_as_one_that_was_not(
    mock: Served, tmp_path: Path
) -> None:
    target, keys = mock
    options = Options(only=ONLY, evidence=tmp_path / "evidence")
    cut = judged(target, keys, replace(options, progress=interrupting(4)))
    sent = {each.id for each in read_evidence(tmp_path / "evidence").exchanges}
    whole = judged(target, keys, replace(options, resume=True))
    recorded = [each.id for each in read_evidence(tmp_path / "evidence").exchanges]
    straight = judged(target, keys, Options(only=ONLY))
    assert [(row["requirement"], row["verdict"]) for row in whole["rulings"]] == [
        (row["requirement"], row["verdict"]) for row in straight["rulings"]
    ]
    assert len(recorded) == len(set(recorded))
    assert sent < set(recorded)
    assert cut["summary"]["judged"] < whole["summary"]["judged"]
    with pytest.raises(UsageError, match="nothing to resume"):
        judged(target, keys, replace(options, resume=True))


def test_evidence_is_never_mixed(mock: Served, tmp_path: Path) -> None:
    target, keys = mock
    options = Options(only="models", evidence=tmp_path / "evidence", progress=interrupting(1))
    judged(target, keys, options)
    with pytest.raises(UsageError, match="go on with it by --resume"):
        judged(target, keys, options)
    with pytest.raises(UsageError, match="resume with the same target and seed"):
        judged(target, keys, replace(options, resume=True, seed=7))


def test_a_disk_that_fills_up_is_said_and_the_run_goes_on_where_there_is_room(
    mock: Served, tmp_path: Path
) -> None:
    target, keys = mock
    folder = tmp_path / "evidence"
    command = [sys.executable, "-m", "conformance", "check", target.url, "--key-env", "A_KEY"]
    command += ["--only", ONLY, "--quiet"]
    environment = {**os.environ, "A_KEY": keys["valid"]}

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    full = subprocess.run(
        [*command, "--evidence", str(folder)],
        env=environment,
        preexec_fn=small_disk,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert full.returncode == 2
    assert "evidence cannot be written: file too large" in full.stderr
    assert "Traceback" not in full.stderr
    left = read_evidence(folder)
    assert left.exchanges
    assert not left.finished
    again = subprocess.run(
        [*command, "--resume", str(folder), "--report", "json=/dev/full"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert again.returncode == 2
    assert "cannot be written: no space left" in again.stderr.lower()
    whole = read_evidence(folder)
    assert whole.finished
    assert whole.exchanges[: len(left.exchanges)] == left.exchanges
