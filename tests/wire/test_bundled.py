"""The bundled mock: heard out however much it says, and its last words told where it fails."""

from __future__ import annotations

import os
import time
from pathlib import Path

import httpx
import pytest

from conformance.bundled import bundled_mock
from conformance.errors import UsageError

LOUD = """
import sys, threading, time
def shout():
    for _ in range(2_000):
        for stream in (sys.stdout, sys.stderr):
            stream.write("x" * 400 + "\\n")
            stream.flush()
    open({place!r}, "w").close()
threading.Thread(target=shout, daemon=True).start()
"""
MUTE = """
import os, sys
sys.stderr.write("first words\\n\\nlast words\\n")
sys.stderr.flush()
os._exit(3)
"""
PATIENCE = 60.0


def customized(folder: Path, code: str) -> dict[str, str]:
    """Return an environment in which every Python runs this code when it starts."""
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def test_a_mock_that_says_more_than_a_pipe_holds_goes_on(tmp_path: Path) -> None:
    place = tmp_path / "all-said"
    with bundled_mock((), customized(tmp_path, LOUD.format(place=str(place)))) as url:
        deadline = time.monotonic() + PATIENCE
        while not place.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert place.exists()
        assert httpx.get(url.removesuffix("/v1") + "/healthz", timeout=30).status_code == 200


def test_the_last_words_of_a_mock_that_does_not_start_are_told(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"did not start: last words"),
        bundled_mock((), customized(tmp_path, MUTE)),
    ):
        raise AssertionError("it started")
