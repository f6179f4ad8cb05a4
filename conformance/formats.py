"""Formats: renderers found by being in a folder, one file each. Knows not what is rendered."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType

from conformance.errors import UsageError


def names(folder: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the formats of a package, given its `__path__`."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(folder)))


def chosen(package: str, folder: Iterable[str], name: str) -> ModuleType:
    """Return the module of a format; raises UsageError with the nearest known one."""
    known = names(folder)
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known formats: {', '.join(known)}"
        raise UsageError(f"unknown report format {name!r}", hint=hint)
    return importlib.import_module(f"{package}.{name}")


def make_ready(module: ModuleType) -> None:
    """Raise UsageError with the install command when a format needs what is not installed."""
    check = getattr(module, "ready", None)
    if check is not None:
        check()
