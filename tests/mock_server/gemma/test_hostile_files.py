"""Adapters and model folders of a stranger: nothing is read without end, outside, or told of."""

from __future__ import annotations

import json
import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_server.gemma.adapter import AdapterError, convert
from mock_server.gemma.folder import MANIFEST, Folder, FolderError
from mock_server.gemma.peft import SETTINGS, TENSORS
from mock_server.gemma.weights import WeightsError, read_safetensors
from tests.mock_server.gemma.test_adapter import DOWN, SLOTS, matrices, peft

SECRET = "root:x:0:0:a secret of the machine"
Place = Callable[[Path], None]


def pipe(path: Path) -> None:
    """Put a pipe there into which nobody ever writes."""
    os.mkfifo(path)


def endless(path: Path) -> None:
    """Put a link to a device there that never ends."""
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    """Put a link to itself there."""
    path.symlink_to(path.name)


def elsewhere(path: Path) -> None:
    """Put a link to a file there that is nobody's business."""
    secret = path.parent.parent / "passwd"
    secret.write_text(SECRET)
    path.symlink_to(secret)


PLACES = pytest.mark.parametrize("place", [pipe, endless, loop, elsewhere])


@PLACES
@pytest.mark.parametrize("name", [SETTINGS, TENSORS])
def test_an_adapter_whose_files_are_none_is_refused(tmp_path: Path, place: Place, name: str):
    folder = peft(tmp_path / "mine", matrices())
    (folder / name).unlink()
    place(folder / name)
    with pytest.raises(AdapterError, match=r"^mine") as caught:
        convert(folder, SLOTS, False, tmp_path / "made.onnx_adapter")
    assert SECRET[:8] not in str(caught.value)


@PLACES
@pytest.mark.parametrize("name", ["genai_config.json", MANIFEST, "tokenizer.json", "model.onnx"])
def test_a_model_folder_whose_files_are_none_is_refused(
    tiny: Path, tmp_path: Path, place: Place, name: str
):
    folder = tmp_path / "mine"
    shutil.copytree(tiny, folder)
    (folder / name).unlink()
    place(folder / name)
    with pytest.raises(FolderError) as caught:
        Folder.open(folder)
    assert SECRET[:8] not in str(caught.value)


def test_a_folder_of_links_is_served_as_caches_of_models_are_made_of_them(
    tiny: Path, tmp_path: Path
):
    folder = tmp_path / "mine"
    folder.mkdir()
    for path in tiny.iterdir():
        (folder / path.name).symlink_to(path)
    assert Folder.open(folder).slots == SLOTS


@pytest.mark.parametrize("name", ["../passwd", "/etc/passwd", "a/../../passwd", "", "\0", ".."])
@pytest.mark.parametrize("where", ["graph", "adapters", "files"])
def test_a_folder_that_names_what_is_not_in_it_is_refused(
    tiny: Path, tmp_path: Path, where: str, name: str
):
    (tmp_path / "passwd").write_text(SECRET)
    folder = tmp_path / "mine"
    shutil.copytree(tiny, folder)
    file = "genai_config.json" if where == "graph" else MANIFEST
    document: Any = json.loads((folder / file).read_text())
    if where == "graph":
        document["model"]["decoder"]["filename"] = name
    elif where == "adapters":
        document["adapters"] = {"mine": name}
    else:
        document["files"][name] = [len(SECRET), "0" * 64]
    (folder / file).write_text(json.dumps(document))
    with pytest.raises(FolderError, match="does not lie in it"):
        Folder.open(folder)


def tensors(path: Path, header: Any, body: bytes) -> Path:
    """Write a safetensors file, whatever its header says."""
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def test_bytes_that_a_thousand_tensors_claim_are_held_once(tmp_path: Path):
    size = 4 << 20
    entry = {"dtype": "F32", "shape": [size // 4 - 1], "data_offsets": [4, size]}
    header = {f"model.layers.{n}.lora_A.weight": entry for n in range(1_000)}
    path = tensors(tmp_path / "x.safetensors", header, bytes(size))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(WeightsError, match="lie over each other"):
        read_safetensors(path)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10 < 32 << 20


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data_offsets": [0, 2**63]}, "lies outside of the file"),
        ({"data_offsets": [-512, -256]}, "lies outside of the file"),
        ({"data_offsets": [512, 0]}, "lies outside of the file"),
        ({"shape": [2**62, 2**62]}, "is not as large as its shape says"),
        ({"shape": [-1, 64]}, "the shape of tensor"),
        ({"shape": [1] * 70 + [128]}, "is not as large as its shape says"),
        ({"shape": 128}, "the shape of tensor"),
        ({"dtype": "F8_E4M3"}, "tensors of type 'F8_E4M3' are not supported"),
        ({"dtype": "\x1b[2J"}, r"tensors of type '\x1b[2J' are not supported"),
    ],
)
def test_a_tensor_that_cannot_be_is_told(tmp_path: Path, change: dict[str, Any], words: str):
    entry = {"dtype": "F32", "shape": [2, 64], "data_offsets": [0, 512], **change}
    path = tensors(tmp_path / "x.safetensors", {"a": entry}, bytes(512))
    with pytest.raises(WeightsError) as caught:
        read_safetensors(path)
    assert words in str(caught.value)


def test_a_pattern_is_matched_in_linear_time(tmp_path: Path):
    module = f"model.{'a.' * 60}{'a' * 140}"
    patterns = {"a*a*a*a*a*a*b": 4, "(a+)+b": 4, "(?i)A.*": 4}
    folder = peft(tmp_path / "mine", matrices(module), alpha_pattern=patterns)
    with pytest.raises(AdapterError, match="which this model does not have"):
        convert(folder, SLOTS, False, tmp_path / "made.onnx_adapter")


def test_a_name_beyond_reason_is_no_matrix(tmp_path: Path):
    folder = peft(tmp_path / "mine", {**matrices(), **matrices("a" * 100_000)})
    with pytest.raises(AdapterError, match="is not a LoRA matrix") as caught:
        convert(folder, SLOTS, False, tmp_path / "made.onnx_adapter")
    assert len(str(caught.value)) < 300


def test_a_value_that_grows_beyond_all_numbers_is_refused(tmp_path: Path):
    grown = {name: one * 1e37 for name, one in matrices().items()}
    folder = peft(tmp_path / "mine", grown, lora_alpha=1e8)
    with pytest.raises(AdapterError, match=rf"{DOWN}\S* holds values that are not numbers"):
        convert(folder, SLOTS, False, tmp_path / "made.onnx_adapter")
