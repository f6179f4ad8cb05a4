"""Reports to and from disk: what cannot be used is one sentence and exit code 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.reports import formats, render
from conformance.writing import evidence_of, load_report
from tests.conformance.example_report import document


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text(render("json", document()), encoding="utf-8")
    return path


def gonogo(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    return done.exit_code, done.output


def test_what_was_written_is_read_back(report: Path) -> None:
    assert load_report(report) == document()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not JSON: truncated, or another file"),
        ('{"schema_version": "1.0", "run"', "is not JSON: truncated, or another file"),
        ("[" * 5000, "is not JSON: truncated, or another file"),
        ("[]", "is not a report of gonogo"),
        ('{"openapi": "3.2.0"}', "is not a report of gonogo"),
        ('{"schema_version": 1}', "is not a report of gonogo"),
        ('{"schema_version": "2.0"}', "has schema version 2.0; this kit reads 1.0"),
        ('{"schema_version": "1.0"}', "is not a whole report: the document: 'run' is a required"),
    ],
)
@pytest.mark.parametrize("command", ["render", "compare", "verify"])
def test_a_file_that_is_no_report_is_one_sentence(
    tmp_path: Path, report: Path, command: str, text: str, sentence: str
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(text, encoding="utf-8")
    arguments: dict[str, list[str | Path]] = {
        "render": [broken, "--report", f"html={tmp_path / 'r.html'}"],
        "compare": [report, broken],
        "verify": [broken],
    }
    code, output = gonogo(command, *arguments[command])
    assert code == 2
    assert sentence in output
    assert output.count("\n") == 1
    assert str(tmp_path) not in output


def test_a_report_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    code, output = gonogo("render", tmp_path / "none.json", "--report", f"text={tmp_path / 'r'}")
    assert (code, output) == (2, "gonogo: none.json cannot be read: No such file or directory\n")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("htlm=r.html", "did you mean 'html'?"),
        ("html", "is not FORMAT=PATH"),
        ("html=", "is not FORMAT=PATH"),
        ("html=nowhere/r.html", "the folder 'nowhere' does not exist"),
    ],
)
def test_a_report_option_that_will_not_do_is_told(report: Path, word: str, sentence: str) -> None:
    code, output = gonogo("render", report, "--report", word)
    assert code == 2
    assert sentence in output


def test_every_format_is_rendered_again_from_the_report_alone(report: Path) -> None:
    places = {name: report.with_suffix(f".{name}.out") for name in formats()}
    words = [f"--report={name}={path}" for name, path in places.items()]
    assert gonogo("render", report, *words) == (0, "")
    first = {name: path.read_bytes() for name, path in places.items()}
    assert gonogo("render", report, *words) == (0, "")
    assert {name: path.read_bytes() for name, path in places.items()} == first


def test_nothing_to_render_and_nothing_to_compare_are_told(report: Path) -> None:
    assert "nothing to render" in gonogo("render", report)[1]
    assert "there is nothing to compare" in gonogo("compare", report)[1]


def test_evidence_is_looked_for_beside_the_report_and_nowhere_else(report: Path) -> None:
    whole = document()
    whole["run"]["evidence"]["file"] = "../../etc"
    assert evidence_of(whole, report) is None
    (report.parent / "evidence").mkdir()
    assert evidence_of(document(), report) == report.parent / "evidence"


def test_comparing_prints_the_matrix(report: Path, tmp_path: Path) -> None:
    other = document()
    other["run"]["target"] = "https://other.example/v1"
    other["rulings"][0]["verdict"] = "FAIL"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other), encoding="utf-8")
    page = tmp_path / "matrix.html"
    code, output = gonogo("compare", report, path, "--report", f"html={page}")
    assert code == 0
    assert "transport.http-1-1  ✓  ✕" in output
    assert "Gateways side by side" in page.read_text(encoding="utf-8")
