"""conformance: finds out whether a gateway keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.report import Report
    from conformance.target import Target

__version__ = "0.1.0"


def check(
    target: Target | str,
    *,
    key_env: str | None = None,
    seed: int = 0,
    only: str | None = None,
) -> Report:
    """Judge a gateway and return the report.

    `target` is a `Target`, or a base URL; `key_env` names the environment variable that holds its
    key. Raises UsageError for a target that cannot be used, Unreachable when nobody answers.
    """
    from conformance.session import Options
    from conformance.session import check as judge
    from conformance.target import Target, checked_url

    if isinstance(target, str):
        target = Target(checked_url(target), keys={"valid": key_env} if key_env else {})
    return judge(target, Options(seed=seed, only=only))
