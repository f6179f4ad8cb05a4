"""ErrorKind: one row of `x-errors`, what a refusal of a status is called. Knows no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openapi.requirement import ContractError

_FIELDS = {"type", "retryable", "codes"}


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """How refusals with one status are named."""

    status: int
    type: str
    """`error.type`."""
    retryable: bool
    """Whether the same request may succeed later."""
    codes: Mapping[str, str]
    """`error.code` to what it means, the usual one first."""


def kinds(table: object) -> Mapping[int, ErrorKind]:
    """Read `x-errors`, None as empty; raises ContractError naming the status that is wrong."""
    if table is None:
        return {}
    if not isinstance(table, Mapping):
        raise ContractError("x-errors must map a status to its type, retryable and codes")
    return {kind.status: kind for kind in map(_kind, table.keys(), table.values())}


def _kind(status: object, row: object) -> ErrorKind:
    if not str(status).isdigit() or not isinstance(row, Mapping) or set(row) != _FIELDS:
        raise ContractError(f"x-errors/{status}: a status with exactly {sorted(_FIELDS)} is wanted")
    codes = row["codes"]
    if not isinstance(codes, Mapping) or not codes or not isinstance(row["retryable"], bool):
        raise ContractError(
            f"x-errors/{status}: codes map a code to its meaning; retryable is true or false"
        )
    return ErrorKind(int(str(status)), str(row["type"]), row["retryable"], dict(codes))
