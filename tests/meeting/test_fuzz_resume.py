"""A fuzz that was killed goes on: nothing is spent twice, and the report is that of one run."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.evidence_file import evidence_path, read_evidence
from conformance.session import Options, bundled_target, hold
from conformance.target import Target

ONLY, CASES, SEED = "usage.adds-up", 24, 7
MOMENTS = 20
Served = tuple[Target, dict[str, str]]


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    """A mock whose sums are wrong, as a target, and its keys."""
    with bundled_target(("--fault", "usage.adds-up")) as served:
        yield served


def run(served: Served, folder: Path, *, resume: bool = False) -> dict[str, Any]:
    target, keys = served
    options = Options(SEED, ONLY, folder, resume=resume, fuzz=CASES)
    return asyncio.run(hold(target, keys, options)).report().to_json()


def told(document: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a report says that must not depend on a kill."""
    names = ("requirement", "kind", "count", "case", "body")
    found = document["measurements"]["fuzz"]["found"]
    return (
        [(row["requirement"], row["verdict"], row["judged"]) for row in document["rulings"]],
        [tuple(row[name] for name in names) for row in found],
        document["run"]["spent"]["requests"],
    )


def test_a_run_killed_at_any_of_twenty_moments_ends_as_one_never_killed(
    mock: Served, tmp_path: Path
) -> None:
    straight = run(mock, tmp_path / "straight")
    written = evidence_path(tmp_path / "straight").read_bytes()
    first = written.index(b"\n") + 1
    dice = random.Random(4)
    for moment in range(MOMENTS):
        folder = tmp_path / f"killed-{moment}"
        folder.mkdir()
        # What a kill leaves is the beginning of the file, perhaps with a torn last line.
        evidence_path(folder).write_bytes(written[: dice.randrange(first, len(written) - 200)])
        before = {each.id for each in read_evidence(folder).exchanges}
        again = run(mock, folder, resume=True)
        after = [each.id for each in read_evidence(folder).exchanges]
        assert told(again) == told(straight)
        assert len(after) == len(set(after)), "an exchange was made twice"
        assert before <= set(after)


def test_a_process_killed_with_signal_nine_is_gone_on_with(mock: Served, tmp_path: Path) -> None:
    target, keys = mock
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "conformance", "check", target.url, "--key-env", "A_KEY"]
    command += ["--only", ONLY, "--fuzz", str(CASES), "--seed", str(SEED), "--quiet"]
    environment = {**os.environ, "A_KEY": keys["valid"]}
    process = subprocess.Popen([*command, "--evidence", str(folder)], env=environment)
    for _ in range(3000):
        written = evidence_path(folder)
        if process.poll() is not None or (written.exists() and written.stat().st_size > 30_000):
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    left = read_evidence(folder)
    assert not left.finished
    command += ["--resume", str(folder), "--report", f"json={tmp_path / 'a.json'}"]
    done = subprocess.run(command, env=environment, timeout=120, check=False)
    assert done.returncode == 1, "the fault is found"
    whole = read_evidence(folder)
    assert whole.finished
    assert whole.exchanges[: len(left.exchanges)] == left.exchanges
    assert len({each.id for each in whole.exchanges}) == len(whole.exchanges)
