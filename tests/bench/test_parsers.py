"""The hunt through the readers: what it runs, how it counts, and what it makes of a page."""

from __future__ import annotations

import time

import pytest

from bench.marks import between
from bench.parsers.__main__ import PAGE, added, properties, rows
from bench.parsers.counting import Count


def test_every_property_of_a_reader_is_found() -> None:
    found = properties()
    assert "tests/parsers/test_targets.py" in found
    assert "tests/mock_server/scripts/test_any_script.py" in found
    assert not [path for path in found if not path.startswith("tests/")]


def test_each_call_is_counted_and_the_longest_kept() -> None:
    count = Count()

    def execute(seconds: float) -> float:
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass
        return seconds

    counted = count.of("a reader", execute)
    assert [counted(0.02), counted(0.0)] == [0.02, 0.0]
    assert count.executions == {"a reader": 2}
    assert count.slowest["a reader"] >= 0.02


def test_rounds_add_up_and_stand_on_the_page() -> None:
    figures = added({"a": (500, 0.25)}, {"a": (1_000, 0.125), "b": (7, 0.5)})
    assert rows(figures) == [
        ("all", "1,507", "500 ms"),
        ("a", "1,500", "250 ms"),
        ("b", "7", "500 ms"),
    ]
    page = between(PAGE.read_text("utf-8"), "parsers", ("reader", "n", "t"), rows(figures))
    assert "| a | 1,500 | 250 ms |" in page
    assert between(page, "parsers", ("reader", "n", "t"), rows(figures)) == page


def test_a_page_without_marks_is_no_place_for_figures() -> None:
    with pytest.raises(ValueError, match="the page has no marks"):
        between("a page", "parsers", ("a",), [("b",)])
