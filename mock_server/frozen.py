"""Frozen: plain data that type checkers keep from being changed.

A dataclass that is frozen while it runs takes three times as long to make as any other, and a
request makes thirty. Those it makes are frozen to mypy alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Class = TypeVar("Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Class]) -> type[Class]:
    """Make a slotted dataclass that compares and hashes by its fields."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
