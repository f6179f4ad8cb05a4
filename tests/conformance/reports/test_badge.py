"""The badge: verdict, date and expiry, well-formed, with no script and no link."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from conformance.reports import render
from tests.conformance.example_report import HOSTILE, conforming, document


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        (conforming(), "conforms · 5/5 · 2026-11-23 to 2027-02-21"),
        (document(), "does not conform · 6/8 · 2026-11-23 to 2027-02-21"),
    ],
)
def test_it_says_verdict_date_and_expiry(whole: dict[str, Any], words: str) -> None:
    root = ElementTree.fromstring(render("badge", whole))
    assert [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")][1] == words
    assert root.get("data-expires") == "2027-02-21"


def test_a_hostile_model_name_is_text() -> None:
    whole = document()
    whole["run"]["model"] = HOSTILE
    root = ElementTree.fromstring(render("badge", whole))
    assert {each.tag.rpartition("}")[2] for each in root.iter()} == {
        "svg", "title", "clipPath", "rect", "g", "text",
    }  # fmt: skip


def test_a_date_that_is_none_does_not_stop_it() -> None:
    whole = document()
    whole["run"]["started"] = "yesterday"
    assert 'data-expires="unknown"' in render("badge", whole)
