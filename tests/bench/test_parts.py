"""`make bench`: its parts are there, and what has become dearer is named."""

from __future__ import annotations

import importlib
import json

import pytest

from bench.__main__ import PARTS, main
from bench.performance_page import BEGIN, END, PAGE, TITLES, replaced
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


def test_the_page_gets_what_was_measured_and_keeps_the_rest() -> None:
    ratio = {"median": 1.5, "least": 1.25, "most": 2.0}
    row = {"ratio": ratio, "cpu_ratio": ratio}
    mock = {
        "notes": {"fakellm": "sleeps"},
        "measures": {"json": {"us": row}, "streams": {"us": row, "fakellm": row}},
    }
    machine = {
        "when": "2026-01-02",
        "processors": 2,
        "processor": "x",
        "python": "3",
        "load_average_at_the_end": 1,
    }
    parts = {name: {"seconds": 1.0, "exit": 0, "told": [f"told by {name}"]} for name in TITLES}
    parts["fuzz"]["exit"] = 1
    page = replaced(
        f"# P\n{BEGIN}\nstale\n{END}\nmine\n", {"machine": machine, "parts": parts}, mock
    )
    assert page.startswith("# P\n")
    assert page.endswith(f"{END}\nmine\n")
    assert "stale" not in page
    assert "| fakellm (sleeps) |  | 1.50 (1.25 to 2.00) |" in page
    assert all(f"told by {name}" in page for name in TITLES)
    assert page.count("This part failed.") == 1
    assert set(TITLES) <= set(PARTS)


def test_the_page_has_the_part_that_is_written() -> None:
    assert PAGE.read_text(encoding="utf-8").count(BEGIN) == 1
    with pytest.raises(ValueError, match="no part that is written"):
        replaced("# P\n", {}, {})
