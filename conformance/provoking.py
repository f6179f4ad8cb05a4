"""Provoking: a gateway judged while its upstream is the bundled mock, legal but unusual.

The gateway must have been set up with `http://127.0.0.1:PORT/v1` as its upstream. The upstream
keeps its contract all the time, so whatever is broken at the other end is the gateway's doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from conformance.bundled import bundled_mock
from conformance.report import Report
from conformance.session import Options, check
from conformance.target import Target

CLEAN = "plain"
"""The upstream as it is without a variant."""

UNUSUAL = (
    "comments",
    "crlf",
    "cr",
    "no-space",
    "many-data-lines",
    "one-byte-writes",
    "odd-splits",
    "two-events-a-write",
    "event-message",
    "extra-members",
    "usage-only-at-the-end",
)
"""Legal differences that gateways have been seen to trip over."""

Judge = Callable[[Target, Options], Report]


def provoked(
    via: Target, options: Options, port: int, variants: Sequence[str], judge: Judge = check
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (variant, document) for a plain upstream and then for each unusual one.

    Raises UsageError when the mock cannot listen there, or does not know a variant.
    """
    for name in (CLEAN, *variants):
        chosen = [] if name == CLEAN else ["--variant", name]
        with bundled_mock(["--port", str(port), *chosen]):
            yield name, judge(via, options).to_json()
