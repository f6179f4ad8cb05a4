"""`make bench`: its parts are there, and what has become dearer is named."""

from __future__ import annotations

import importlib
import json

import pytest

from bench.__main__ import PARTS, main
from bench.regression import CASES, KEPT, TOLERANCE, dearer
from bench.speed.peers import FILES, PEERS


@pytest.mark.parametrize("name", [name for name in PARTS if name != "picture"])
def test_every_part_is_a_program(name: str) -> None:
    assert callable(importlib.import_module(f"bench.{name}").main)


def test_a_part_that_is_not_there_is_named() -> None:
    with pytest.raises(SystemExit, match="there is no gem, mok"):
        main(["mok", "mock", "gem"])


def test_what_is_kept_is_what_is_counted() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert set(kept) == set(CASES)
    assert dearer(kept, kept) == []


def test_only_what_has_become_dearer_is_told() -> None:
    kept = {"a": 1.0, "b": 1.0, "c": 1.0}
    found = {"a": 1 + TOLERANCE * 0.9, "b": 1 + TOLERANCE * 1.1, "c": 0.5, "new": 0.1}
    assert dearer(found, kept) == ["b", "new"]


def test_peers_answer_the_request_of_the_measure() -> None:
    assert {peer.name for peer in PEERS} >= {"aimock", "Prism"}
    assert (
        json.loads(FILES["fixtures/hello.json"])["fixtures"][0]["match"]["userMessage"] == "Hello"
    )
