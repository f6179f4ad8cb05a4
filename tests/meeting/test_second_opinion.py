"""Schemathesis, which shares no code with us, agrees that the clean mock obeys the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

from mock_server.beside import serving
from openapi import contract


def test_a_third_reader_of_the_contract_finds_nothing_on_the_clean_mock(tmp_path: Path) -> None:
    facts = contract().model
    assert facts is not None
    document = resources.files("openapi").joinpath("gateway.yaml")
    report = tmp_path / "report.json"
    with serving() as url:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "conformance",
                "check",
                url,
                "--key-env",
                "MOCK_KEY",
                "--spec",
                str(document),
                "--model",
                facts.id,
                "--report",
                f"json={report}",
            ],
            env={**os.environ, "MOCK_KEY": "sk-aig-mock"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    counts = json.loads(report.read_text("utf-8"))["summary"]
    assert counts["judged"] >= 8
    assert counts["verdicts"]["FAIL"] == counts["verdicts"]["WARN"] == 0
