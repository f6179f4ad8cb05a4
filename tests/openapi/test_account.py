"""The document beside the contract: sound, and at one with it."""

from __future__ import annotations

import pytest

from openapi import AccountFacts, ContractError, account, contract
from openapi.lint import lint


def test_it_is_sound() -> None:
    assert lint(account()) == []


def test_its_facts_are_read_and_nothing_else_is_taken_for_one() -> None:
    facts = account().document["x-account"]
    assert AccountFacts.parse(facts).embedding_dimensions == 768
    with pytest.raises(ContractError, match="colour"):
        AccountFacts.parse({**facts, "colour": 1})


def test_it_promises_nothing_that_a_live_gateway_is_graded_on() -> None:
    assert account().requirements == ()
    assert "x-model" not in account().document


def test_it_refuses_in_the_shape_of_the_contract() -> None:
    ours = account().schema("ErrorBody")["properties"]["error"]
    theirs = contract().schema("Error")
    assert ours["required"] == theirs["required"]
    assert set(ours["properties"]) == set(theirs["properties"])
