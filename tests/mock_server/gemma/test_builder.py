"""Hugging Face weights go through the model builder where it is installed, or are refused."""

from pathlib import Path

import pytest

from mock_server.gemma.builder import built
from mock_server.gemma.prepare import PrepareError
from tests.mock_server.built import BUILDER


def test_weights_without_a_builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr("mock_server.gemma.builder.NEEDS", ("no_such_package",))
    with pytest.raises(
        PrepareError, match=r"needs no_such_package: pip install 'gonogo\[builder\]'"
    ):
        built(tmp_path, print, print).__enter__()


def test_a_builder_that_fails_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = tmp_path / "weights"
    source.mkdir()
    (source / "config.json").write_text("{}")
    monkeypatch.setattr("mock_server.gemma.builder.NEEDS", ())
    monkeypatch.setattr("mock_server.gemma.builder.MODULE", "json.tool")
    heard: list[bytes] = []
    with pytest.raises(PrepareError, match=r"^the model builder failed: \S") as caught:
        built(source, print, heard.append).__enter__()
    assert str(caught.value).rpartition(": ")[2].encode() in b"".join(heard)
    assert list(tmp_path.iterdir()) == [source]


def test_a_folder_of_the_builder_is_taken_as_it_is():
    with built(BUILDER / "int4_cpu", print, print) as folder:
        assert folder == BUILDER / "int4_cpu"
