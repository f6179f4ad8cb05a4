"""Formats of a card, found by their file names; each has `render(card, about) -> str`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from mock_server.grading.card import Card


def names() -> tuple[str, ...]:
    """Return the names of all formats."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def render(name: str, card: Card, about: Mapping[str, str]) -> str:
    """Return a card in a format; `about` tells of the run: `client`, `packs`."""
    module = importlib.import_module(f"{__name__}.{name}")
    text: str = module.render(card, about)
    return text
