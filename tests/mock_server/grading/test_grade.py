"""`gonogo-mock grade`: a careful client passes everything, a careless one nothing it should not."""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from mock_server.cli import main
from mock_server.grading.rule import rules

pytestmark = pytest.mark.xdist_group("grading")

CLIENT = Path(__file__).parent / "client.py"
UNSTREAMED = {identity for identity in rules() if identity.startswith("stream.")}


@functools.cache
def graded(folder: Path, *arguments: str) -> tuple[int, str, dict[str, Any], str]:
    """Exit code, text, JSON and JUnit of a client's card."""
    told = folder / ("-".join(("card", *arguments)) + ".json")
    junit = told.with_suffix(".xml")
    reports = ["--report", f"json={told}", "--report", f"junit={junit}"]
    result = CliRunner().invoke(
        main, ["grade", *reports, "--", sys.executable, str(CLIENT), *arguments]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output, json.loads(told.read_text()), junit.read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cards")


def test_a_careful_client_passes_everything(folder: Path) -> None:
    code, text, card, _ = graded(folder)
    assert card["marks"] == dict.fromkeys(rules(), "PASS"), text
    assert (code, card["failed"]) == (0, False)
    assert "0 FAIL, 0 WARN" in text


def test_what_a_client_never_does_is_not_held_against_it(folder: Path) -> None:
    code, text, card, _ = graded(folder, "--whole")
    expected = {identity: "NOT_SEEN" if identity in UNSTREAMED else "PASS" for identity in rules()}
    assert card["marks"] == expected, text
    assert code == 0
    assert "the command asked for no stream" in text


def test_a_careless_client_is_caught_at_everything_it_does(folder: Path) -> None:
    code, text, card, junit = graded(folder, "--careless")
    # It tries again even too much, and never gets past the chunk of usage to the end of a text.
    blameless = {"request.labelled", "retry.tries-again", "stream.length-noticed"}
    wrong = {identity for identity, mark in card["marks"].items() if mark in ("FAIL", "WARN")}
    assert wrong == set(rules()) - blameless, text
    assert code == 1
    levels = {identity: rules()[identity].level for identity in wrong}
    assert all((card["marks"][one] == "FAIL") == (levels[one] == "MUST") for one in wrong)
    suite = ElementTree.fromstring(junit)
    assert int(suite.attrib["failures"]) == sum(one["mark"] == "FAIL" for one in card["grades"])
    assert len(suite.findall("testcase")) == len(card["grades"]) == int(suite.attrib["tests"])
    assert suite.find("testcase/failure") is not None
    assert "sk-aig-mock" not in text + junit + json.dumps(card)


def test_a_command_that_never_ends_is_stopped_and_one_that_asks_nothing_is_told(
    tmp_path: Path,
) -> None:
    pack = tmp_path / "short.toml"
    pack.write_text(
        """
        [[scenarios]]
        name = "down"
        teaches = "x"
        judges = ["retry.failure-told", "reading.answer-delivered"]
        seconds = 0.5
        script.steps = [{ name = "whole", reply = { text = "x" } }]
        """,
        encoding="utf-8",
    )
    for code in ("import time; print('x' * 3_000_000, flush=True); time.sleep(60)", "pass"):
        command = [sys.executable, "-c", code]
        result = CliRunner().invoke(main, ["grade", "--pack", str(pack), "--", *command])
        assert result.exit_code == 0
        assert "not seen  retry.failure-told" in result.output
        assert "no chat request was made" in result.output
