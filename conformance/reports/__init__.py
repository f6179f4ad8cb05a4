"""Formats of a report, one file each, found by being in this folder.

A format is a module with `render(document, evidence=None) -> str`: a pure function of the JSON
document, and of the evidence folder it names where a format needs whole exchanges. One that needs
an extra has `ready()` too, which raises UsageError with the command that installs it.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.errors import UsageError


def formats() -> tuple[str, ...]:
    """Return the names of all formats."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def checked(name: str) -> str:
    """Return a format's name; raises UsageError with the nearest known one."""
    if name not in formats():
        near = difflib.get_close_matches(name, formats(), 1)
        known = ", ".join(formats())
        hint = f"did you mean {near[0]!r}?" if near else f"known formats: {known}"
        raise UsageError(f"unknown report format {name!r}", hint=hint)
    return name


def ready(name: str) -> str:
    """Return a format's name once it is known that it can be rendered here.

    Asked before a run, so that a run is never made whose report cannot be written.
    """
    check = getattr(importlib.import_module(f"{__name__}.{checked(name)}"), "ready", None)
    if check is not None:
        check()
    return name


def render(name: str, document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Render a report document in a format; raises UsageError for an unknown one."""
    module = importlib.import_module(f"{__name__}.{checked(name)}")
    text: str = module.render(document, evidence)
    return text
