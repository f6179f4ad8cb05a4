"""The official Python client is graded for real, and the documentation says what came out."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import openai
import pytest
from click.testing import CliRunner

from mock_server.cli import main
from mock_server.grading.rule import rules

pytestmark = pytest.mark.xdist_group("grading")

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "report-cards.md").read_text(encoding="utf-8")
MARKS = dict(re.findall(r"^\| `([\w.-]+)` \| (PASS|WARN|FAIL|NOT_SEEN) \|$", PAGE, re.M))
RULES = dict(re.findall(r"^\| `([\w.-]+)` \| (\w+ \| \w+) \|$", PAGE, re.M))


def test_the_documentation_lists_every_rule() -> None:
    assert {one.id: f"{one.level} | {one.basis}" for one in rules().values()} == RULES
    assert f"`openai` {openai.__version__}," in PAGE


def test_the_card_of_the_official_client_is_what_the_documentation_says(tmp_path: Path) -> None:
    told = tmp_path / "card.json"
    command = [sys.executable, str(ROOT / "examples" / "ask.py")]
    result = CliRunner().invoke(main, ["grade", "--report", f"json={told}", "--", *command])
    card = json.loads(told.read_text(encoding="utf-8"))
    assert card["marks"] == MARKS, result.output
    assert result.exit_code == 1
