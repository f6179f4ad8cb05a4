"""Engines, found by their file names; one is imported only when it is chosen.

A file here has `build(tokens, options) -> Engine`, in `OPTIONS` the names of the options that only
it knows, and in `ALONE` why only one process may answer with it, where that is so.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import cast

from mock_server.completion import Engine
from mock_server.tokens import Tokens


class EngineError(ValueError):
    """An engine that cannot be made, and why, in one sentence."""


class UnknownEngine(EngineError):
    """No engine has that name."""


def names() -> tuple[str, ...]:
    """Return the names of all engines, without importing any."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def alone(name: str) -> str | None:
    """Return why an engine cannot answer in several processes, in one sentence; None if it can."""
    return getattr(_module(name), "ALONE", None) if name in names() else None


def build(name: str, tokens: Tokens, options: Mapping[str, object] | None = None) -> Engine:
    """Make an engine; raises EngineError; UnknownEngine names the nearest that exist."""
    if name not in names():
        near = difflib.get_close_matches(name, names(), 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names())}"
        raise UnknownEngine(f"no engine is called '{name}'; {hint}")
    module = _module(name)
    for option in options or ():
        if option not in getattr(module, "OPTIONS", ()):
            raise EngineError(f"the {name} engine has no option {option}")
    return cast(Engine, module.build(tokens, options or {}))


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
