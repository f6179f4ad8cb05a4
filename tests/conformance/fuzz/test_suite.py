"""The fuzz as pytest items: divided among the workers of xdist, and among processes by Redis."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.bundled import KEYS, bundled_mock
from conformance.fuzz.corpus import connect, corpus, known

ROOT = Path(__file__).parents[3]
MODEL = "google/gemma-7b-it-lora"


def fuzzing(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Fuzz a gateway in a pytest of its own, with two workers."""
    plugins = ("-p", "conformance.plugin", "-p", "xdist", "-p", "no:cacheprovider", "-n", "2")
    where = ("--gonogo-url", url, "--gonogo-key-env", "MOCK_KEY", "--gonogo-seed", "7")
    command = [sys.executable, "-m", "pytest", *plugins, "-q", "-rA", "--pyargs",
               "conformance.fuzz.suite", *where, *arguments]  # fmt: skip
    variables = {"PYTHONPATH": str(ROOT), "MOCK_KEY": KEYS["valid"]}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **variables, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_a_clean_mock_passes_every_share(tmp_path: Path) -> None:
    with bundled_mock() as url:
        done = fuzzing(tmp_path, url, "--gonogo-fuzz", "260")
    assert done.returncode == 0, done.stdout
    assert set(re.findall(r"PASSED \S+\[(\S+)\]", done.stdout)) == {"0-249", "250-259"}


@pytest.mark.redis
def test_two_processes_share_numbers_budget_and_corpus(tmp_path: Path, redis_url: str) -> None:
    database = f"{redis_url}?campaign=nightly"
    with bundled_mock(("--fault", "request.temperature-range")) as url:
        done = fuzzing(tmp_path, url, "--gonogo-fuzz", "400", "--gonogo-database", database)
        assert done.returncode == 1, done.stdout
        assert "request.temperature-range" in done.stdout
        assert "curl" in done.stdout
    server = connect(redis_url)
    spent = {name.decode(): int(value) for name, value in
             server.hgetall("gonogo:campaign:nightly:spent").items()}  # fmt: skip
    # Every worker finds out the capabilities, and no case is made twice.
    assert 400 <= spent["requests"] < 400 * 3
    first = known(corpus(redis_url), MODEL)
    assert any(b'"temperature":' in (each.body or b"") for each in first)
