"""AccountFacts: the `x-account` block of `account.yaml`, typed. What the mock sells beside chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi.requirement import ContractError


@dataclass(frozen=True, slots=True)
class JobKind:
    """What one kind of job makes."""

    model: str
    """Where the request names none."""
    file: str
    content_type: str
    price: int
    """Nano-USD a job that completes."""


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
    jobs: Mapping[str, JobKind]
    """By modality."""
    result_seconds: int
    """For which the URL of a job's result opens it."""

    @classmethod
    def parse(cls, facts: Mapping[str, Any]) -> AccountFacts:
        """Read the block; raises ContractError naming the key that is missing or unknown."""
        _exactly(facts, cls.__slots__, "x-account")
        jobs = {}
        for name, kind in facts["jobs"].items():
            _exactly(kind, JobKind.__slots__, f"x-account/jobs/{name}")
            jobs[name] = JobKind(**kind)
        return cls(**{**facts, "jobs": jobs})


def _exactly(block: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    wrong = sorted(set(block) ^ set(names))
    if wrong:
        raise ContractError(f"{where}: missing or unknown keys {wrong}")
