"""The soak: a short one is clean, and its judgement sees whatever is not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.soak.figures import PAGE, Figures, judged, rows, written
from bench.soak.watched import Sample

ROOT = Path(__file__).parents[2]
REST = Sample(60.0, 15, 0.001)
WALLET = {"opening": 100, "moved": 0, "charged": 30}
BOOKS: dict[str, Any] = {
    "held": 0,
    "charged": 30,
    "wallets": {"key-1": WALLET},
    "balances": {"key-1": 70},
}
FLAT = [Sample(80.0, 20, 0.002)] * 40
CLEAN = Figures(1200, 2, [({"whole": 3}, [], 10), ({"leave": 4}, [], 20)], FLAT, REST, REST, BOOKS)


def test_what_is_flat_and_adds_up_is_fine() -> None:
    assert judged(CLEAN) == []
    assert dict(rows(CLEAN))["things done"] == "7: whole 3, leave 4"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"acted": [({}, ["whole: 500"], 30)]}, "not as it has to be: whole: 500"),
        ({"acted": [({}, [], 31)]}, "30 nano-USD were charged for answers that cost 31"),
        ({"samples": [*FLAT[:30], *[Sample(95.0, 20, 0.0)] * 10]}, "memory grew by 15.0 MB"),
        ({"samples": [Sample(251.0, 20, 0.0)] * 40}, "memory reached 251 MB"),
        ({"left": Sample(60.0, 17, 0.0)}, "17 descriptors are open"),
        ({"books": {**BOOKS, "held": 5}}, "5 nano-USD are held"),
        ({"books": {**BOOKS, "balances": {"key-1": 71}}}, "the balance of key-1"),
        ({"books": {**BOOKS, "charged": 31}}, "something else than the ledger says"),
    ],
)
def test_what_is_not_is_told(change: dict[str, Any], words: str) -> None:
    found = judged(replace(CLEAN, **change))
    assert any(words in sentence for sentence in found), found


def test_figures_take_the_place_of_those_before_and_nothing_else() -> None:
    page = PAGE.read_text("utf-8")
    once = written(page, CLEAN)
    assert "| held in the end | 0 |" in once
    assert written(once, CLEAN) == once
    begins, ends = "<!-- soak -->", "<!-- /soak -->"
    outside = [text.partition(begins)[0] + text.partition(ends)[2] for text in (page, once)]
    assert outside[0] == outside[1]


def test_a_mock_that_is_soaked_for_a_moment_holds() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.soak", "2", "4"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "things done" in done.stdout, done.stderr
    # Two seconds are too few for memory to be flat; what is answered has to be right all the same.
    wrong = [line for line in done.stdout.splitlines() if "\t" not in line and "grew" not in line]
    assert wrong == []
