"""The crowd that asks nothing: a small one is served, and its judgement sees what is not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.soak.idle import Crowd, judged, rows
from bench.soak.watched import Sample

CROWD = Crowd(
    1_000, Sample(50.0, 15, 0.0), Sample(60.0, 1_015, 0.0), [0.001, 0.003], 200, True, 500
)


def test_a_crowd_that_troubled_nobody_is_fine() -> None:
    assert judged(CROWD) == []
    assert dict(rows(CROWD))["memory before, meanwhile; of each"] == "50 MB, 60 MB; 10.0 kB"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"whole": 503}, "a client who asked meanwhile was not served"),
        ({"done": False}, "a client who asked meanwhile was not served"),
        ({"answered": 499}, "1 that stayed were not answered"),
        ({"during": Sample(251.0, 1_015, 0.0)}, "memory reached 251 MB"),
    ],
)
def test_what_is_not_as_it_has_to_be_is_told(change: dict[str, Any], words: str) -> None:
    assert judged(replace(CROWD, **change)) == [words]


def test_a_crowd_of_a_hundred_is_served() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.soak.idle", "100"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "50 of 50" in done.stdout
