"""The table of refusals: what is read, and what is refused."""

from typing import Any

import pytest

from openapi import ContractError, contract
from openapi.taxonomy import kinds

ROW = {"type": "t", "retryable": False, "codes": {"c": "why"}}


def test_a_row_is_read_by_its_status() -> None:
    kind = kinds({"400": ROW, 429: ROW | {"retryable": True}})[429]
    assert (kind.status, kind.type, kind.retryable, dict(kind.codes)) == (
        429,
        "t",
        True,
        {"c": "why"},
    )


def test_a_document_without_a_table_has_no_kinds() -> None:
    assert kinds(None) == {}


def test_the_types_are_those_of_the_vendors_page() -> None:
    types = {status: kind.type for status, kind in contract().errors.items()}
    page = {
        401: "authentication_error",
        402: "insufficient_credits",
        404: "not_found",
        429: "rate_limit_error",
        500: "server_error",
        503: "service_unavailable",
    }
    assert page.items() <= types.items()


@pytest.mark.parametrize(
    "table",
    [
        [],
        {"4xx": ROW},
        {"400": []},
        {"400": {"type": "t"}},
        {"400": ROW | {"more": 1}},
        {"400": ROW | {"codes": {}}},
        {"400": ROW | {"codes": ["c"]}},
        {"400": ROW | {"retryable": "no"}},
    ],
)
def test_a_wrong_table_is_refused_by_name(table: Any) -> None:
    with pytest.raises(ContractError, match=r"^x-errors"):
        kinds(table)
