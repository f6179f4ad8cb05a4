"""What is kept of a document is what would be read of it, and never of an older one."""

import json
import os
from pathlib import Path

import pytest

from openapi import kept as module
from openapi.contract import contract
from openapi.kept import kept
from openapi.reading import read


def counting(seen: list[str]):
    def reader(text: str):
        seen.append(text)
        return {"text": text}

    return reader


def test_the_shipped_contract_is_kept_as_it_is_written():
    source = Path(module.__file__).parent / "gateway.yaml"
    fresh = read(source.read_text(encoding="utf-8"), "gateway.yaml")
    assert contract().document == fresh
    assert kept(source, lambda text: pytest.fail("it was kept")) == fresh


def test_a_file_is_read_once_until_it_changes(tmp_path: Path):
    source, seen = tmp_path / "a.yaml", []
    source.write_text("one")
    assert [kept(source, counting(seen)) for _ in range(3)] == [{"text": "one"}] * 3
    assert seen == ["one"]
    source.write_text("other")
    assert kept(source, counting(seen)) == {"text": "other"}
    times = source.stat()
    source.write_text("third")
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns + 1))
    assert kept(source, counting(seen)) == {"text": "third"}
    assert seen == ["one", "other", "third"]
    assert [path.name for path in (tmp_path / "__pycache__").iterdir()] == ["a.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "[1]", "3", '[[1,2,3],{"text":"old"}]', "\udcff"])
def test_what_cannot_be_used_is_read_again(tmp_path: Path, text: str):
    source = tmp_path / "a.yaml"
    source.write_text("one")
    (tmp_path / "__pycache__").mkdir()
    place = tmp_path / "__pycache__" / "a.json"
    place.write_text(text, errors="surrogateescape")
    assert kept(source, counting([])) == {"text": "one"}
    assert json.loads(place.read_text())[1] == {"text": "one"}


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path):
    source, seen = tmp_path / "a.yaml", []
    source.write_text("one")
    (tmp_path / "__pycache__").write_text("no folder")
    for _ in range(2):
        assert kept(source, counting(seen)) == {"text": "one"}
    assert len(seen) == 2
