"""One word, four places: what a requirement is called is where its judge, lie and test live."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from conformance.catalogue import catalogue
from mock_server.faults import fault
from openapi import CHAPTERS, contract
from tests.house.rooms import ROOT


def words_in(folder: Path, prefix: str = "") -> set[str]:
    """Return the words of a folder: its Python files and the folders with Python files."""
    found = {path.stem for path in folder.glob(f"{prefix}*.py")}
    found |= {path.name for path in folder.glob(f"{prefix}*") if any(path.glob("*.py"))}
    return {name.removeprefix(prefix) for name in found if not name.startswith("_")}


def test_every_requirement_begins_with_the_word_of_a_chapter_that_has_some() -> None:
    assert {each.id.partition(".")[0] for each in contract().requirements} == set(CHAPTERS)


def test_every_chapter_is_a_tag_of_the_contract_and_every_tag_a_chapter() -> None:
    tags = [tag["name"] for tag in contract().document["tags"]]
    assert sorted(tags) == sorted(CHAPTERS)


def test_every_chapter_has_its_judges_in_a_file_or_folder_of_its_name() -> None:
    assert words_in(ROOT / "conformance" / "chapters") == set(CHAPTERS)


def test_every_chapter_has_its_lies_in_a_file_or_folder_of_its_name() -> None:
    assert words_in(ROOT / "mock_server" / "faults") == set(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_has_a_test_of_its_name(chapter: str) -> None:
    folder = ROOT / "tests" / "conformance" / "chapters"
    tests = words_in(folder, "test_") | words_in(folder)
    assert any(name == chapter or name.startswith(f"{chapter}_") for name in tests)


def strangers(pairs: Iterable[tuple[str, str]], package: str) -> list[str]:
    """Return the ids declared in a chapter's file that is not their own."""
    return [
        f"{identity} in {module}"
        for identity, module in pairs
        if module.startswith(f"{package}.")
        and module.removeprefix(f"{package}.").partition(".")[0] != identity.partition(".")[0]
    ]


def test_a_judge_lives_in_the_chapter_of_its_requirement() -> None:
    pairs = [(each.requirement.id, each.judge.judge.__module__) for each in catalogue(contract())]
    assert strangers(pairs, "conformance.chapters") == []


def test_a_lie_lives_in_the_chapter_of_its_requirement() -> None:
    acts = [one for found in fault.known().values() for one in found]
    pairs = [(one.name, one.act.__module__) for one in acts]
    assert strangers(pairs, "mock_server.faults") == []


def test_a_lie_is_called_after_a_requirement() -> None:
    ids = {each.id for each in contract().requirements}
    assert sorted({name.partition("/")[0] for name in fault.known()} - ids) == []
