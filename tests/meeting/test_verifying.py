"""A report is believed only as long as its evidence says the same."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.evidence_file import FILE_NAME
from conformance.report_commands import sign_command, verify_command
from conformance.reports import render
from conformance.session import Options, bundled_target, hold
from conformance.verifying import departures
from tests.conformance.test_signing import private_key

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `report.json` and its evidence, of a small run against the mock."""
    folder = tmp_path_factory.mktemp("recorded")
    options = Options(only="usage.adds-up,stream.done-last", evidence=folder / "evidence")
    with bundled_target() as (target, keys):
        report = asyncio.run(hold(target, keys, options)).report()
    text = render("json", report.to_json())
    (folder / "report.json").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def copied(recorded: Path, tmp_path: Path) -> Path:
    shutil.copytree(recorded, tmp_path / "copy")
    return tmp_path / "copy" / "report.json"


def test_an_honest_report_is_believed(copied: Path) -> None:
    assert departures(copied, None, None) == []
    assert verify_command(copied, None, None) == 0


def say_fail(document: dict[str, Any]) -> None:
    document["rulings"][0]["verdict"] = "FAIL"


def drop_a_ruling(document: dict[str, Any]) -> None:
    document["rulings"].pop()


def praise_the_model(document: dict[str, Any]) -> None:
    document["run"]["model"] = "a better one"


def gild_the_summary(document: dict[str, Any]) -> None:
    document["summary"]["judged"] += 1


def claim_a_capability(document: dict[str, Any]) -> None:
    document["capabilities"]["telepathy"] = document["capabilities"]["chat"]


def invent_an_exchange(document: dict[str, Any]) -> None:
    document["exchanges"]["made/up"] = {
        "curl": "", "request": {"method": "GET", "path": "/", "headers": [], "body": ""},
        "status": 200, "headers": [], "body": "", "bytes": 0, "ending": "complete", "detail": "",
        "attempt": 1, "headers_at": 0.1, "ended_at": 0.1, "arrivals": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (say_fail, "the report says FAIL, the evidence PASS"),
        (drop_a_ruling, "summary: the report does not say what the evidence says"),
        (praise_the_model, "run/model: "),
        (gild_the_summary, "summary: "),
        (claim_a_capability, "capabilities: "),
        (invent_an_exchange, "exchange made/up: nothing in the evidence shows it"),
    ],
)
def test_an_edited_report_is_told(copied: Path, change: Change, sentence: str) -> None:
    document = json.loads(copied.read_text(encoding="utf-8"))
    change(document)
    copied.write_text(render("json", document), encoding="utf-8")
    assert any(sentence in each for each in departures(copied, None, None))
    assert verify_command(copied, None, None) == 1


def test_one_flipped_byte_of_evidence_names_the_exchange(copied: Path) -> None:
    file = copied.parent / "evidence" / FILE_NAME
    lines = file.read_bytes().splitlines(keepends=True)
    number = next(index for index, line in enumerate(lines) if b'"label":"plain"' in line)
    lines[number] = lines[number].replace(b"chat.completion", b"chat.completiom")
    file.write_bytes(b"".join(lines))
    told = departures(copied, None, None)
    assert len(told) == 1
    assert f"evidence line {number + 1}" in told[0]
    assert "baseline/plain" in told[0]


def test_evidence_of_another_run_is_told(copied: Path) -> None:
    file = copied.parent / "evidence" / FILE_NAME
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    assert "is not the file this report was made from" in departures(copied, None, None)[0]


def test_a_missing_evidence_is_one_sentence(copied: Path) -> None:
    shutil.rmtree(copied.parent / "evidence")
    with pytest.raises(UsageError, match="is not beside it"):
        departures(copied, None, None)


def test_a_report_of_another_contract_is_not_verified(copied: Path) -> None:
    document = json.loads(copied.read_text(encoding="utf-8"))
    document["run"]["contract"]["sha256"] = "0" * 64
    copied.write_text(render("json", document), encoding="utf-8")
    with pytest.raises(UsageError, match="not the one installed"):
        departures(copied, None, None)


def test_a_signature_is_part_of_what_is_verified(copied: Path, tmp_path: Path) -> None:
    key = private_key(tmp_path)
    assert departures(copied, None, tmp_path / "key.pem.pub") == ["report.json is not signed"]
    assert sign_command(copied, key) == 0
    assert departures(copied, None, tmp_path / "key.pem.pub") == []
    copied.write_text(copied.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert departures(copied, None, None) == ["report.json was altered after it was signed"]
