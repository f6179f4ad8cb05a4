"""AccountFacts: the `x-account` block of `account.yaml`, typed. What the mock sells beside chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi.requirement import ContractError


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Prices and sizes of what stands beside chat; money in nano-USD."""

    embedding_model: str
    embedding_dimensions: int
    """Components of a whole vector."""
    embedding_window: int
    """Tokens one text may have."""
    embedding_price: int
    """A token."""

    @classmethod
    def parse(cls, facts: Mapping[str, Any]) -> AccountFacts:
        """Read the block; raises ContractError naming the key that is missing or unknown."""
        names = cls.__slots__
        if set(facts) != set(names):
            wrong = sorted(set(facts) ^ set(names))
            raise ContractError(f"x-account: missing or unknown keys {wrong}")
        return cls(**facts)
