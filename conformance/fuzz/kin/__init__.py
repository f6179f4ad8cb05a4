"""Kin: pairs of requests whose answers must hang together. A family is found by being in here.

Each file holds `KIN`, a tuple of `kinship.Kin`.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from conformance.fuzz.kin.kinship import Family, Kin, again, kin_of, root_of

__all__ = ["Family", "Kin", "again", "kin_of", "known", "root_of"]


@functools.cache
def known() -> Mapping[str, Kin]:
    """Return every kin by name, in the order of their names."""
    found: dict[str, Kin] = {}
    for module in pkgutil.iter_modules(__path__):
        for kin in getattr(importlib.import_module(f"{__name__}.{module.name}"), "KIN", ()):
            found[kin.name] = kin
    return dict(sorted(found.items()))
