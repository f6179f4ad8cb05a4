"""Formats of a report, one file each, found by being in this folder.

A format is a module with `render(document, evidence=None) -> str`: a pure function of the JSON
document, and of the evidence folder it names where a format needs whole exchanges. One that needs
an extra has `ready()` too, which raises UsageError with the command that installs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.formats import chosen, make_ready, names


def formats() -> tuple[str, ...]:
    """Return the names of all formats."""
    return names(__path__)


def ready(name: str) -> str:
    """Return a format's name once it is known that it can be rendered here.

    Asked before a run, so that a run is never made whose report cannot be written. Raises
    UsageError with the nearest known format, or with the command that installs what is missing.
    """
    make_ready(chosen(__name__, __path__, name))
    return name


def render(name: str, document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Render a report document in a format; raises UsageError for an unknown one."""
    text: str = chosen(__name__, __path__, name).render(document, evidence)
    return text
