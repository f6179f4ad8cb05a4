"""The generated pages say what the contract says, and no known defect is forgotten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from openapi import contract

ROOT = Path(__file__).parent.parent.parent
KNOWN = {"A": 21, "B": 28, "C": 16, "D": 15, "E": 8, "F": 21, "G": 6}
"""Rows of the catalogue of defects seen in the wild, by section."""


def test_the_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.write_reference", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}: run scripts/write_reference.py"


def test_every_defect_seen_in_the_wild_is_traced_to_a_requirement() -> None:
    traced = {row for each in contract().requirements for row in each.defects}
    known = {f"{section}{n:02d}" for section, count in KNOWN.items() for n in range(1, count + 1)}
    assert known - traced == set()
    assert traced - known == set(), "a row that the catalogue of defects does not have"
