"""What a list of models says of adapters and of what they stand on."""

from __future__ import annotations

import json

import pytest

from conformance.exchange import Setting
from conformance.listing import adapters_of, parent_of
from conformance.reading import Reading
from tests.conformance import answers

LISTED = Reading(
    answers.exchange(
        json.dumps(
            {
                "data": [
                    {"id": "base", "parent": None},
                    {"id": "base:pirate", "parent": "base"},
                    {"id": "base:json", "parent": "base"},
                    {"id": "base:7b", "parent": None},
                    {"id": "other:pirate", "parent": "base"},
                ]
            }
        ).encode()
    ),
    Setting(),
)


@pytest.mark.parametrize(
    ("model", "parent"),
    [
        ("base", "base"),
        ("base:pirate", "base"),
        ("base:7b", "base:7b"),
        ("other:pirate", "other:pirate"),
        ("base:nobody", "base:nobody"),
    ],
)
def test_an_adapter_stands_on_its_base_and_every_other_model_on_itself(
    model: str, parent: str
) -> None:
    assert parent_of(LISTED, model) == parent


def test_the_adapters_of_a_model_are_those_whose_parent_it_is() -> None:
    assert adapters_of(LISTED, "base") == ("pirate", "json")
    assert adapters_of(LISTED, "base:pirate") == ()
