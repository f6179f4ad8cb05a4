"""A real model behind the mock keeps every promise: its answers are tokens, not prose of ours.

What does not depend on the scope or on which adapter is judged here; `make voices` does the rest.
"""

from __future__ import annotations

import pytest

from bench.voices import BASE, judged, unclean
from conformance.verdict import Verdict
from openapi import Scope


@pytest.mark.parametrize("voice", [BASE, "pirate"])
def test_the_small_gemma_breaks_nothing_and_leaves_nothing_open(voice: str) -> None:
    report = judged(voice, Scope.GATEWAY)
    assert list(unclean(report)) == []
    assert report.exit_code(strict=True, require_complete=True) == 0
    unjudged = [one.requirement for one in report.rulings if one.verdict is Verdict.NOT_APPLICABLE]
    assert unjudged == ([] if voice == BASE else ["models.parent"])
