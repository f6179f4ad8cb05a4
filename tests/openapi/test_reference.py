"""The generated pages say what the contract says, and no known defect is forgotten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from openapi import contract
from openapi.defects import defects

ROOT = Path(__file__).parent.parent.parent


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
    known = set(defects())
    assert len(known) == 115
    assert known - traced == set()
    assert traced - known == set(), "a row that the catalogue of defects does not have"
