"""The recipes for CI are run as they are written: action, GitLab job, container."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.bundled import KEYS, bundled_mock
from conformance.reports import formats

ROOT = Path(__file__).parents[2]
PACKAGES = ("openapi", "mock_server", "conformance")


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with bundled_mock() as url:
        yield url


def run(
    script: str, folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a script as a CI's shell does."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "CI": "true", "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def shim(path: Path) -> Path:
    """Write a `gonogo` that runs what is checked out here."""
    path.mkdir(parents=True, exist_ok=True)
    command = path / "gonogo"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m conformance "$@"\n')
    command.chmod(0o755)
    return command


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


def judge_step(tmp_path: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Run the action's step `Judge` with these inputs, the others at their defaults."""
    step = next(each for each in action()["runs"]["steps"] if each["name"] == "Judge")
    given = {
        variable: inputs.get(variable.removeprefix("INPUT_").lower(), "")
        for variable in step["env"]
    }
    shim(tmp_path / "gonogo" / "bin")
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    done = run(
        step["run"],
        tmp_path,
        {"RUNNER_TEMP": str(tmp_path), "GATEWAY_KEY": KEYS["valid"], **files, **given},
    )
    return done, tmp_path / "gonogo-reports"


def test_the_action_judges_and_leaves_every_report(mock: str, tmp_path: Path) -> None:
    done, reports = judge_step(tmp_path, url=mock, key_env="GATEWAY_KEY", only="stream.done-last")
    assert done.returncode == 0, done.stderr
    written = {path.suffix[1:] for path in reports.glob("gonogo.*")}
    assert written == set(formats()) - {"text", "har"}
    assert (tmp_path / "GITHUB_OUTPUT").read_text().splitlines()[0] == "exit-code=0"
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text().startswith("## Conforms")
    assert (reports / "evidence").is_dir()


def test_the_action_fails_for_wrong_use_and_runs_nothing_that_an_input_says(tmp_path: Path) -> None:
    done, reports = judge_step(tmp_path, url="$(touch pwned); `touch pwned`", only="x; touch pwned")
    assert done.returncode == 2
    assert not list(tmp_path.rglob("pwned"))
    assert not (reports / "gonogo.json").exists()


def test_the_action_never_puts_an_input_into_a_script() -> None:
    for step in action()["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_every_input_of_the_action_is_used() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name in action()["inputs"]:
        assert f"inputs.{name}" in text


def test_the_gitlab_job_judges_and_leaves_its_reports(mock: str, tmp_path: Path) -> None:
    job = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))[".gonogo"]
    shim(tmp_path / "bin")
    script = "\n".join(line for line in job["script"] if "pip install" not in line)
    done = run(
        script,
        tmp_path,
        {
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "GONOGO_URL": mock,
            "GONOGO_KEY": KEYS["valid"],
            "GONOGO_OPTIONS": "--only stream.done-last",
        },
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).is_file()


def test_the_containers_steps_make_a_kit_that_works_in_a_clean_folder(tmp_path: Path) -> None:
    steps = [
        line.partition(" ")[::2]
        for line in (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    # What is installed already is lent to the new environment, so that nothing is fetched.
    lent = {
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the wrong way round
    }
    environment = {**os.environ, **lent}
    for word, rest in steps:
        if word == "COPY":
            copy_into(tmp_path / rest.split()[1].lstrip("/"))
        elif word == "RUN":
            there = rest.replace("/opt/", f"{tmp_path}/opt/").replace("/src", f"{tmp_path}/src")
            (tmp_path / "opt").mkdir(exist_ok=True)
            done = run(there, tmp_path, environment)
            assert done.returncode == 0, done.stderr
    words = dict(steps)
    assert words["ENTRYPOINT"] == '["gonogo"]'
    assert words["USER"] != "0"
    check = "opt/gonogo/bin/gonogo check --only stream.done-last --report html=r.html"
    done = run(f"{check} --report json=r.json", tmp_path, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "<title>Conforms" in (tmp_path / "r.html").read_text(encoding="utf-8")


def copy_into(folder: Path) -> None:
    """Copy what an image needs, as `.containerignore` leaves it."""
    folder.mkdir()
    ignore = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
