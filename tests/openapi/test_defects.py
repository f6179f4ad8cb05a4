"""The catalogue of defects seen in real servers is read whole, and refuses what is malformed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from openapi import ContractError, contract
from openapi.defects import _parse, defects


def test_every_row_says_what_it_is_and_where_it_was_seen() -> None:
    for row in defects().values():
        assert re.fullmatch(r"[A-G]\d\d", row.id)
        assert row.text
        assert not row.breaks.startswith("as "), "a reader of one row has not read the others"
        for link in row.links:
            assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/issues/\d+", link)
    assert sum(row.legal for row in defects().values()) == 4


def test_a_requirement_names_only_rows_that_are_there() -> None:
    for requirement in contract().requirements:
        assert set(requirement.defects) <= set(defects())


@pytest.mark.parametrize(
    "row",
    [
        None,
        {"area": "x"},
        {"area": "x", "text": "y", "z": 1},
        {"area": "x", "text": "y", "seen": ["no"]},
    ],
)
def test_a_malformed_row_is_named(row: Any) -> None:
    with pytest.raises(ContractError, match="A01"):
        _parse("A01", row)
