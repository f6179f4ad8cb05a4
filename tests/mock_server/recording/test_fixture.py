"""Fixtures: read back to the byte, sealed, readable, and refused where they are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.recording.fixture import SUFFIX, Chunk, FixtureError, folder, read
from tests.mock_server.recording.fixtures import answered, asked, fixture


def written(folder: Path, text: str) -> Path:
    path = folder / f"0001-x{SUFFIX}"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_fixture_is_read_back_to_the_byte(tmp_path: Path) -> None:
    kept = fixture(
        asked({"b": 1, "a": "Grüße", "half": "\ud800"}, query="x=1"),
        **answered("data: é\n\n", b"\xc3", b"\xa9\x00\r\n", label="text/plain", set_thing="a"),
    )
    again = read(written(tmp_path, kept.text()))
    assert again.chunks == tuple(kept.chunks)
    assert again.headers == tuple(kept.headers)
    assert json.loads(again.asked.body) == json.loads(kept.asked.body)
    assert again.digest() == kept.digest()
    assert (again.name, again.status, again.head_at) == ("0001-x", 200, 0.5)


@given(st.lists(st.tuples(st.floats(0, 100), st.binary(max_size=20)), max_size=6))
def test_any_bytes_survive(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[float, bytes]]
) -> None:
    chunks = [Chunk(at, data) for at, data in parts]
    kept = fixture(status=200, headers=[("content-type", "x")], chunks=chunks)
    path = tmp_path_factory.getbasetemp() / f"any{SUFFIX}"
    path.write_text(kept.text(), encoding="utf-8")
    assert list(read(path).chunks) == chunks


def test_texts_and_values_are_readable(tmp_path: Path) -> None:
    text = fixture(asked({"a": "Grüße"}), **answered("data: Grüße\n\n")).text()
    assert '"a": "Grüße"' in text
    assert '"text": "data: Grüße\\n\\n"' in text
    assert '"content-type": "application/json"' in text


def test_a_header_may_come_several_times(tmp_path: Path) -> None:
    pairs = [("link", "a"), ("x", "1"), ("link", "b")]
    kept = fixture(status=200, headers=pairs, chunks=[])
    assert sorted(read(written(tmp_path, kept.text())).headers) == sorted(pairs)


def test_a_fixture_that_was_changed_is_noticed(tmp_path: Path) -> None:
    text = fixture().text().replace('{\\"a\\":1}', '{\\"a\\":2}')
    path = written(tmp_path, text)
    with pytest.raises(FixtureError, match="gonogo-mock seal"):
        read(path)
    assert read(path, sealed=False).body == b'{"a":2}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no fixture"),
        ("[]", "is no fixture"),
        ("{}", "is no fixture"),
        ('{"fixture": 2}', "of version 2"),
        (fixture().text().replace('"text"', '"base64"'), "is no fixture"),
        (fixture().text().replace('"method"', '"meth"'), "is no fixture"),
    ],
)
def test_what_is_no_fixture_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FixtureError, match=said) as caught:
        read(written(tmp_path, text))
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_is_read_by_name_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("0002-b", "0001-a"):
        (tmp_path / f"{name}{SUFFIX}").write_text(fixture().text())
    (tmp_path / "README.md").write_text("x")
    (tmp_path / "0003-c.fixture.part").write_text("{")
    assert [one.name for one in folder(tmp_path)] == ["0001-a", "0002-b"]
    with pytest.raises(FixtureError, match="no such folder"):
        folder(tmp_path / "nowhere")
