"""Flaws: the suite's own reader of request schemas, beside the library everybody uses."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from conformance.exchange import Setting
from conformance.fuzz.cases import Maker, subject_of
from conformance.fuzz.flaws import flaws, written
from conformance.scene import Scene
from openapi import contract

LAW = contract()
SCHEMA = LAW.schema("ChatRequest")


def places(body: Any) -> set[tuple[str, str]]:
    return {(written(flaw.path), flaw.keyword) for flaw in flaws(body, SCHEMA, LAW)}


def test_every_generated_body_is_judged_as_jsonschema_judges_it() -> None:
    scene = Scene(Setting(model="m", scope="gateway", context_window=100, seed=3))
    subject = subject_of(scene, LAW)
    reference = jsonschema.Draft202012Validator(LAW.standalone_schema("ChatRequest"))
    compared = 0
    for number in range(400):
        data = Maker(scene, subject).case(number).request.body or b""
        try:
            body = json.loads(data.decode("utf-8"))
        except (ValueError, RecursionError):
            continue
        assert (not places(body)) == reference.is_valid(body), data[:300]
        compared += 1
    assert compared > 250


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"model": "m"}, {("messages", "required")}),
        ({"model": "m", "messages": [{"role": "user", "content": 5}]},
         {("messages[0].content", "type")}),
        ([], {("", "type")}),
    ],
)  # fmt: skip
def test_places_are_written_as_clients_write_them(body: Any, found: set[Any]) -> None:
    assert places(body) == found


def test_a_rule_between_fields_names_the_field_at_fault() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "top_logprobs": 2}
    assert [(flaw.param, flaw.code) for flaw in flaws(body, SCHEMA, LAW)] == [
        ("top_logprobs", "invalid_value")
    ]
