"""Defects seen in real servers, each with how a client breaks and where it was reported.

A requirement names those it catches; this is what their ids mean. Knows no requirement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from openapi.reading import read
from openapi.requirement import ContractError

NAME = "defects.yaml"
_KEYS = {"area", "text", "breaks", "seen", "legal"}


@dataclass(frozen=True, slots=True)
class Defect:
    """One row of the catalogue."""

    id: str
    """Section and number, such as `A01`; permanent."""
    area: str
    text: str
    """What the server does."""
    breaks: str
    """What that does to a client; empty where nobody said."""
    seen: tuple[str, ...]
    """Public reports, `owner/repository#number`; empty for a class inferred from its neighbours."""
    legal: bool
    """A difference that is no defect, and must pass."""

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses of the reports."""
        halves = (each.partition("#") for each in self.seen)
        return tuple(f"https://github.com/{where}/issues/{number}" for where, _, number in halves)


@cache
def defects() -> Mapping[str, Defect]:
    """Return every row by its id, in order; raises ContractError for a row that is malformed."""
    text = resources.files("openapi").joinpath(NAME).read_text(encoding="utf-8")
    return {identity: _parse(str(identity), row) for identity, row in read(text, NAME).items()}


def _parse(identity: str, row: Any) -> Defect:
    if not isinstance(row, Mapping) or not {"area", "text"} <= row.keys() <= _KEYS:
        raise ContractError(f"{NAME}: {identity} must have area and text, and only {sorted(_KEYS)}")
    seen = row.get("seen", [])
    if not all(isinstance(each, str) and each.partition("#")[2].isdigit() for each in seen):
        raise ContractError(f"{NAME}: {identity}: seen must list reports as owner/repository#1")
    return Defect(
        identity,
        row["area"],
        row["text"],
        row.get("breaks", ""),
        tuple(seen),
        bool(row.get("legal", False)),
    )
