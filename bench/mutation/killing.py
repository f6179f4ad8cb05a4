"""Killing: run the tests of a module against a mutant of it, in a process of its own.

A copy of the source stands in a folder of its own; its modules that are not mutated stay compiled.
The process is forked where pytest and Hypothesis have been imported already, so that a mutant
costs what its tests cost. One that cannot even be imported is killed: any test would have seen it.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import hypothesis.stateful
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("openapi", "conformance", "mock_server", "tests", "bench")
PATIENCE = 10
"""Seconds of processor time after which a mutant counts as killed: it does not end."""
MEMORY = 2 * 1024**3
"""Bytes after which it counts as killed, likewise."""


class Stand:
    """A copy of the source in which one module at a time is replaced."""

    def __init__(self, folder: Path) -> None:
        """Copy the source to a folder that does not exist."""
        for name in PACKAGES:
            shutil.copytree(ROOT / name, folder / name, ignore=_compiled)
        shutil.copy(ROOT / "pyproject.toml", folder)
        self._folder = folder
        self._home = Path.cwd()

    def passes(self, module: str, code: str, tests: Sequence[str], *, compiles: bool) -> bool:
        """Say whether the tests pass with this code; `compiles` keeps what was compiled."""
        path = self._folder / module
        path.write_text(code, "utf-8")
        for old in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            old.unlink()
        child = os.fork()
        if not child:
            _test(self._folder, tests, compiles)
        _, status = os.waitpid(child, 0)
        return status == 0

    def restore(self, module: str) -> None:
        """Put the original back."""
        shutil.copy(ROOT / module, self._folder / module)


def _compiled(folder: str, names: list[str]) -> set[str]:
    del folder
    return {name for name in names if name == "__pycache__"}


def _test(folder: Path, tests: Sequence[str], compiles: bool) -> None:
    """Run tests and leave the process: with 0 if they pass."""
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        # What sleeps instead of working ends too, long after a busy machine would have let it work.
        signal.alarm(30 * PATIENCE)
        os.chdir(folder)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        # Hypothesis then draws the same examples each time and remembers none: whether a mutant
        # lives depends neither on luck nor on what killed the one before.
        hypothesis.settings.load_profile("ci")
        sys.path.insert(0, str(folder))
        sys.dont_write_bytecode = not compiles
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])
    finally:
        os._exit(min(int(code), 1))
