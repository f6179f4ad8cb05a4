"""The published schema: what obeys it, and how a departure is told."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.report_schema import departure, report_schema
from tests.conformance.example_report import conforming, document, large


def test_the_schema_is_itself_a_valid_schema() -> None:
    Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize("make", [document, conforming, large])
def test_a_report_obeys_the_schema(make: Any) -> None:
    assert departure(make()) is None


def test_a_hand_edited_verdict_is_told_with_its_place() -> None:
    edited = document()
    edited["rulings"][4]["verdict"] = "FINE"
    assert (departure(edited) or "").startswith("rulings/4/verdict: 'FINE' is not one of")


@pytest.mark.parametrize("key", ["run", "rulings", "summary", "exchanges", "baseline"])
def test_a_missing_part_is_told(key: str) -> None:
    edited = document()
    del edited[key]
    assert f"'{key}' is a required property" in (departure(edited) or "")


@pytest.mark.parametrize("foreign", [None, [], 3, "report", {}])
def test_a_foreign_document_departs(foreign: object) -> None:
    assert departure(foreign) is not None
