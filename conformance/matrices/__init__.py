"""Formats of a matrix of reports, one file each, found by being in this folder.

A format is a module with `render(matrix) -> str`, and `ready()` where it needs an extra.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.formats import chosen, make_ready
from conformance.writing import places, put


def destinations(reports: Sequence[str]) -> list[tuple[str, Path]]:
    """Parse `FORMAT=PATH` words; raises UsageError."""
    found = places(reports)
    for name, _ in found:
        make_ready(chosen(__name__, __path__, name))
    return found


def render(name: str, matrix: Mapping[str, Any]) -> str:
    """Render a matrix in a format; raises UsageError for an unknown one."""
    text: str = chosen(__name__, __path__, name).render(matrix)
    return text


def write(matrix: Mapping[str, Any], where: Sequence[tuple[str, Path]]) -> None:
    """Write a matrix in each format; raises UsageError for a place not writable."""
    for name, path in where:
        put(path, render(name, matrix))
