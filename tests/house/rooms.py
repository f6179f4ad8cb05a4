"""The rooms of the house, and the files in them. Judges nothing."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOWERS = ("openapi", "mock_server", "conformance")
ROOMS = (*TOWERS, "tests", "bench", "scripts")
BYTES = frozenset({".onnx", ".data", ".safetensors", ".png", ".gz"})
"""Endings of files that hold no text."""


def modules(*rooms: str) -> Iterator[Path]:
    """Yield the Python files of some rooms, as paths below the root."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT)


def lines(path: Path) -> list[str]:
    """Return the lines of a file."""
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


def kept() -> list[Path]:
    """Return the text files that belong to the project, as git tells, or those in the rooms."""
    told = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if told.returncode == 0:
        found = [Path(name) for name in told.stdout.split("\0") if name]
    else:
        found = [path for room in ROOMS for path in _below(room)]
    return [path for path in found if path.suffix not in BYTES and (ROOT / path).is_file()]


def _below(room: str) -> Iterator[Path]:
    for path in (ROOT / room).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT)


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Return the top-level names that a file imports, lazily too."""
    source = (ROOT / path).read_text(encoding="utf-8")
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    found.update(re.findall(r'import_module\("(\w+)', source))
    return frozenset(found)
