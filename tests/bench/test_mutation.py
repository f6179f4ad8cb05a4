"""Explanations of mutants that live are about lines that stand in the code."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXPLAINED = yaml.safe_load((ROOT / "bench/mutation/survivors.yaml").read_text("utf-8"))


@pytest.mark.parametrize("one", EXPLAINED, ids=lambda one: f"{one['module']} {one['before']}")
def test_an_explained_survivor_changes_a_line_that_is_there(one: dict[str, Any]) -> None:
    lines = (ROOT / one["module"]).read_text("utf-8").splitlines()
    assert one["before"] in {line.strip() for line in lines}
    assert one["after"]
    assert one["before"] not in one["after"]
    assert len(one["why"]) > 20
