"""Node against the mock: its examples run as they stand, and its client is graded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import main

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")

pytestmark = pytest.mark.xdist_group("node")

if NODE is None and "CI" not in os.environ:
    pytest.skip("no node on this machine", allow_module_level=True)


def test_a_test_in_node_starts_the_mock_and_scripts_it() -> None:
    assert NODE is not None, "CI is set, and there is no node: apt-get install nodejs"
    done = subprocess.run(
        [NODE, "--test", str(ROOT / "examples" / "mock.test.mjs")],
        env={**os.environ, "GONOGO_MOCK": f"{sys.executable} -m mock_server"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "# pass 2" in done.stdout or "pass 2" in done.stdout


def test_a_client_in_node_is_graded_like_any_command() -> None:
    assert NODE is not None, "CI is set, and there is no node: apt-get install nodejs"
    command = [NODE, str(ROOT / "examples" / "ask.mjs")]
    packs = ["--pack", "streams", "--pack", "reading", "--pack", "keys"]
    result = CliRunner().invoke(main, ["grade", *packs, "--", *command])
    assert result.exit_code == 0, result.output
    assert "0 FAIL, 0 WARN" in result.output
