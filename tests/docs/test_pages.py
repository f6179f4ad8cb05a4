"""Every command on a page of the documentation is run, and prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.console import commands, departs, run

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {str(path.relative_to(DOCS)): path.read_text("utf-8") for path in DOCS.rglob("*.md")}
RUN = sorted(name for name, text in PAGES.items() if commands(text))


def test_there_is_a_tutorial_for_each_of_the_three() -> None:
    readers = {f"tutorials/{who}.md" for who in ("ci-engineer", "client-developer")}
    assert readers | {"tutorials/gateway-vendor.md"} <= set(RUN)


@pytest.mark.parametrize("name", RUN)
def test_the_commands_of_a_page_do_what_it_says(name: str, tmp_path: Path) -> None:
    for command, ran in run(PAGES[name], tmp_path):
        assert ran.exit == command.exit, f"{command.text}\n{ran.output}"
        line = departs(command.prints, ran.output)
        assert not line, f"{command.text}\ndid not print: {line}\nbut: {ran.output}"


@pytest.mark.parametrize(
    ("told", "output", "line"),
    [
        (["a", "...", "c"], "a\nb\nc\n", ""),
        (["a", "c"], "a\nb\nc\n", "c"),
        (["a...z"], "abcz\n", ""),
        (["..."], "", ""),
        (["x"], "a\n", "x"),
    ],
)
def test_what_a_page_says_is_compared_line_by_line(told: list[str], output: str, line: str) -> None:
    assert departs(told, output) == line
