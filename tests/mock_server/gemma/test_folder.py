"""What a model folder has to hold, and the sentence when it does not."""

import json
import shutil
from pathlib import Path

import pytest

from mock_server.gemma.folder import MANIFEST, Folder, FolderError, write_manifest


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny, tmp_path / "mine")
    return tmp_path / "mine"


def changed(path: Path, **changes: object) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, **changes}))


def refusal(folder: Path) -> str:
    with pytest.raises(FolderError) as caught:
        Folder.open(folder)
    assert str(folder.parent) not in str(caught.value)
    return str(caught.value)


def test_a_good_folder_says_what_it_holds(folder: Path):
    found = Folder.open(folder)
    assert (found.context, found.vocabulary, found.ends) == (4096, 2048, {1, 5})
    assert found.kv_bytes == 2 * 2 * 2 * 16 * 4
    assert len(found.slots) == 8
    assert len(found.digest) == 16


def test_a_folder_that_was_not_prepared_has_no_place_for_adapters(folder: Path):
    (folder / MANIFEST).unlink()
    assert Folder.open(folder).slots == ()


def test_no_folder(tmp_path: Path):
    assert "there is no folder mine" in refusal(tmp_path / "mine")


@pytest.mark.parametrize("name", ["genai_config.json", "tokenizer.json"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str):
    (folder / name).unlink()
    assert name in refusal(folder)


def test_a_graph_that_is_missing_is_named(folder: Path):
    (folder / "model.onnx").unlink()
    assert "has no model.onnx" in refusal(folder)


def test_another_kind_of_model_is_refused(folder: Path):
    model = json.loads((folder / "genai_config.json").read_text())["model"]
    changed(folder / "genai_config.json", model={**model, "type": "phi3"})
    assert refusal(folder) == "mine holds a model of type phi3; only Gemma is served"


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_configuration_that_is_no_object_is_refused(folder: Path, text: str):
    (folder / "genai_config.json").write_text(text)
    assert "genai_config.json is not" in refusal(folder)


def test_a_configuration_that_lacks_something_is_refused(folder: Path):
    changed(folder / "genai_config.json", model={"type": "gemma"})
    assert refusal(folder) == "mine/genai_config.json lacks 'decoder'"


def test_weights_that_changed_since_are_refused(folder: Path):
    data = bytearray((folder / "model.onnx").read_bytes())
    data[-1] ^= 1
    (folder / "model.onnx").write_bytes(data)
    assert refusal(folder) == "mine/model.onnx was changed since; prepare it again"


def test_weights_that_were_cut_are_refused(folder: Path):
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-1])
    assert refusal(folder) == "mine/model.onnx is not as it was prepared; prepare again"


def test_a_text_about_the_model_may_change(folder: Path):
    (folder / "README.md").write_text("one")
    write_manifest(folder, (), half=False, adapters={})
    (folder / "README.md").write_text("another")
    assert Folder.open(folder).path == folder


@pytest.mark.parametrize("change", [{"format": 2}, {"slots": None}, {"files": None}])
def test_a_damaged_manifest_is_refused(folder: Path, change: dict[str, object]):
    changed(folder / MANIFEST, **change)
    assert "prepare" in refusal(folder)
