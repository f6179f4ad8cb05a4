"""The whole suite against the local mock: seconds, requests and tokens, by scope.

Run as `python -m bench.check`.
"""

from __future__ import annotations

import asyncio

from conformance.bundled import KEYS
from conformance.session import Options, hold
from conformance.target import ON_LOOPBACK, Target
from mock_server.beside import serving
from openapi import Scope, contract

ROWS = (
    ("gateway, every key", Scope.GATEWAY, None),
    ("any, one key", Scope.ANY, None),
    ("gateway, only MUST", Scope.GATEWAY, "MUST"),
)


def main() -> None:
    """Print a line for each way of running the suite."""
    facts = contract().model
    assert facts is not None
    for name, scope, only in ROWS:
        keys = dict(KEYS) if scope is Scope.GATEWAY else {"valid": KEYS["valid"]}
        with serving() as url:
            target = Target(url, model=facts.id, scope=scope, budget=ON_LOOPBACK)
            run = asyncio.run(hold(target, keys, Options(only=only)))
        spent = run.header.spent
        print(
            f"{name:<20} {run.header.seconds:6.1f} s  {spent['requests']:>4} requests  "
            f"{spent['tokens']:>6} tokens  {len(run.report().rulings)} requirements"
        )


if __name__ == "__main__":
    main()
