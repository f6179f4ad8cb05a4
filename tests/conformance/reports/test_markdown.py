"""Markdown: the summary tells the verdict first, and hostile text stays inside code."""

from __future__ import annotations

from conformance.reports import render
from tests.conformance.example_report import HOSTILE, document


def test_the_verdict_comes_first() -> None:
    lines = render("markdown", document()).splitlines()
    assert lines[0] == "## Does not conform"
    assert lines[2].startswith("8 of 13 requirements judged: 2 MUSTs broken")


def test_findings_and_reasons_are_told() -> None:
    text = render("markdown", document())
    assert "- **stream.done-last** (MUST): A stream ends with exactly one `data: [DONE]`" in text
    assert 'got `the stream ended after the chunk with finish_reason "stop"`' in text
    assert "- no key 'small\\_quota' was given: `limits.retry-after-kept`" in text


def test_hostile_text_stands_in_code_or_escaped() -> None:
    whole = document()
    whole["rulings"][7]["reason"] = HOSTILE
    text = render("markdown", whole)
    assert "\\<script\\>window.pwned" in text
    for line in text.splitlines():
        outside = "".join(part for index, part in enumerate(line.split("``")) if index % 2 == 0)
        plain = outside.replace("\\<", "").replace("\\[", "")
        assert "<script" not in plain or plain.count("`") >= 2
        assert "[link](" not in plain or plain.count("`") >= 2


def test_no_table_row_has_more_cells_than_its_head() -> None:
    rows = [line for line in render("markdown", document()).splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {8}
