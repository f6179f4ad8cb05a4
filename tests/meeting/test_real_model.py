"""A real model behind the mock keeps every promise: its answers are tokens, not prose of ours.

Its adapters and the other scope are judged by `make voices`.
"""

from __future__ import annotations

from bench.voices import BASE, judged, unclean
from openapi import Scope


def test_the_small_gemma_breaks_nothing() -> None:
    report = judged(BASE, Scope.GATEWAY)
    assert list(unclean(report)) == []
    assert report.exit_code(strict=True, require_complete=True) == 0
