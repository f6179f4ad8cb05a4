"""The pytest plugin: one item a requirement, one run for all, and the rulings of `gonogo check`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import conformance
from conformance.bundled import KEYS, bundled_mock

ROOT = Path(__file__).parents[2]
ONLY = "usage.adds-up,usage.present,stream.done-last,billing.no-credit-402,auth"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """A clean mock."""
    with bundled_mock() as url:
        yield url


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin in a folder of its own."""
    plugins = ("-p", "conformance.plugin", "-p", "xdist", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *plugins, "-q", "-rA", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MOCK_KEY": KEYS["valid"],
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def suite(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Judge a gateway in a pytest of its own."""
    where = ("--gonogo-url", url, "--gonogo-key-env", "MOCK_KEY")
    return pytest_in(folder, "--pyargs", "conformance.suite", *where, *arguments)


def test_two_workers_share_one_run_and_rule_as_check_does(
    mock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = ("--gonogo-report", "json=report.json", "--junitxml", "junit.xml")
    done = suite(tmp_path, mock, "-n", "2", "--gonogo-only", ONLY, *reports)
    assert done.returncode == 0, done.stdout
    assert "SKIPPED" in done.stdout
    assert "no key 'without_credit' was given" in done.stdout
    document = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    monkeypatch.setenv("MOCK_KEY", KEYS["valid"])
    checked = conformance.check(mock, key_env="MOCK_KEY", only=ONLY).to_json()
    assert _verdicts(document) == _verdicts(checked)
    assert document["run"]["spent"]["requests"] == checked["run"]["spent"]["requests"]
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    properties = {
        each.get("value") for case in cases for each in case.iter("property")
        if each.get("name") == "requirement"
    }  # fmt: skip
    assert properties == set(_verdicts(document))


def _verdicts(document: dict[str, object]) -> dict[str, str]:
    rulings = document["rulings"]
    assert isinstance(rulings, list)
    return {row["requirement"]: row["verdict"] for row in rulings}


def test_k_selects_items_and_saves_requests(mock: str, tmp_path: Path) -> None:
    done = suite(tmp_path, mock, "-k", "stream.done-last", "--gonogo-report", "json=r.json")
    assert done.returncode == 0, done.stdout
    assert "test_requirement[stream.done-last]" in done.stdout
    document = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert list(_verdicts(document)) == ["stream.done-last"]
    assert document["run"]["spent"]["requests"] < 200


def test_a_broken_must_fails_and_a_broken_should_warns(tmp_path: Path) -> None:
    faults = ("--fault", "usage.adds-up", "--fault", "usage.stream-own-chunk")
    with bundled_mock(faults) as url:
        done = suite(
            tmp_path, url, "--gonogo-scope", "any",
            "--gonogo-only", "usage.adds-up,usage.stream-own-chunk",
        )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "FAILED" in done.stdout
    assert "test_requirement[usage.adds-up]" in done.stdout
    assert "BrokenShould: usage.stream-own-chunk (SHOULD)" in done.stdout
    assert "expected  " in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_gateway_that_is_not_there_is_one_sentence(tmp_path: Path, workers: str) -> None:
    done = suite(tmp_path, "http://127.0.0.1:9/v1", "-n", workers, "--gonogo-only", ONLY)
    assert done.returncode != 0
    assert "gonogo: no connection to http://127.0.0.1:9/v1" in done.stdout + done.stderr
    assert done.stdout.count("ERROR ") <= 4


def test_wrong_options_are_usage_errors(tmp_path: Path) -> None:
    nobody = pytest_in(tmp_path, "--pyargs", "conformance.suite")
    assert "no gateway is named (--gonogo-url URL or --gonogo-target FILE)" in nobody.stdout
    misspelt = suite(tmp_path, "http://127.0.0.1:9/v1", "--gonogo-report", "htlm=x")
    assert misspelt.returncode == 4
    assert "did you mean 'html'" in misspelt.stderr


def test_teams_assert_on_rulings_themselves(mock: str, tmp_path: Path) -> None:
    (tmp_path / "test_ours.py").write_text(
        "def test_usage(gonogo_report):\n"
        "    verdicts = {each.requirement: each.verdict for each in gonogo_report.rulings}\n"
        "    assert verdicts['usage.adds-up'] == 'PASS'\n"
        "    assert gonogo_report.exit_code() == 0\n",
        encoding="utf-8",
    )
    where = ("--gonogo-url", mock, "--gonogo-key-env", "MOCK_KEY", "--gonogo-only", "usage.adds-up")
    done = pytest_in(tmp_path, *where)
    assert done.returncode == 0, done.stdout


def test_the_plugin_costs_nothing_while_it_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_nothing_heavy_is_imported():\n"
        "    heavy = {'httpx', 'openapi', 'yaml', 'rich', 'jsonschema', 'conformance.session'}\n"
        "    assert not heavy & set(sys.modules)\n",
        encoding="utf-8",
    )
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout
