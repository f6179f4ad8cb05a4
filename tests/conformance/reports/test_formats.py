"""What every format owes: found in the folder, pure, the same bytes again, safe to read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.reports import formats, ready, render
from tests.conformance.example_report import HOSTILE, conforming, document, large


def hostile() -> dict[str, Any]:
    """Return a document with hostile text wherever text of a gateway or a user can stand."""
    whole = document()
    whole["run"].update(target=HOSTILE, model=HOSTILE, interrupted=HOSTILE, crashes=[HOSTILE])
    whole["capabilities"]["chat"]["words"] = HOSTILE
    whole["baseline"] = {
        "known": ["stream.done-last"],
        "flaky": [],
        "stale": [HOSTILE],
        "reasons": {"stream.done-last": HOSTILE},
    }
    for row in whole["rulings"]:
        row["notes"].append({"text": HOSTILE + "\ud83d", "evidence": HOSTILE})
        if row["reason"]:
            row["reason"] = HOSTILE
        for finding in row["findings"]:
            finding.update(where=HOSTILE, expected=HOSTILE, actual=HOSTILE + "\ud83d", curl=HOSTILE)
    return whole


def test_the_formats_are_the_promised_ones() -> None:
    promised = {"text", "json", "html", "junit", "sarif", "markdown", "badge", "har"}
    assert set(formats()) == promised


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize("make", [document, conforming, hostile])
def test_a_format_gives_the_same_bytes_from_a_document_read_back(name: str, make: Any) -> None:
    whole = make()
    first = render(name, whole)
    again = json.loads(render("json", whole))
    assert render(name, again).encode("utf-8") == first.encode("utf-8")


@pytest.mark.parametrize("name", sorted({*formats()} - {"json", "har"}))
def test_no_format_for_readers_holds_bytes_that_hide_or_command(name: str) -> None:
    assert not set(render(name, hostile())) & set("\u202e\u2066\u200b\x00\x1b")


@pytest.mark.parametrize("name", ["badge", "junit", "markdown", "sarif", "text"])
def test_the_largest_run_renders_in_bounds(name: str) -> None:
    assert len(render(name, large()).encode()) < 3_000_000


def test_a_misspelt_format_is_guessed() -> None:
    with pytest.raises(UsageError, match="did you mean 'sarif'"):
        ready("sarfi")
