"""Adapters and model folders: a file that is served, or a sentence, whatever a stranger sent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_server.gemma.adapter import AdapterError, check, convert
from mock_server.gemma.adapter import read as read_onnx
from mock_server.gemma.folder import MANIFEST, Folder, FolderError
from mock_server.gemma.peft import SETTINGS, TENSORS
from mock_server.gemma.weights import write_safetensors
from tests.mock_server.gemma.test_adapter import DOWN, SLOTS, matrices
from tests.mock_server.gemma.test_adapter import SETTINGS as GIVEN
from tests.mock_server.tiny import write_tiny
from tests.parsers.damage import ANYTHING, altered, damaged
from tests.parsers.sentences import is_sentence

FULL = {
    **GIVEN,
    "rank_pattern": {"down_proj": 2},
    "alpha_pattern": {"x.*": 3, DOWN: 4.5},
    "use_rslora": False,
    "init_lora_weights": True,
    "use_dora": False,
}
ENTRY = {"dtype": "F32", "shape": [2, 64], "data_offsets": [0, 512]}
NAMES = list(matrices())
HEADER: dict[str, Any] = {
    "__metadata__": {"format": "pt"},
    NAMES[0]: ENTRY,
    NAMES[1]: {"dtype": "F32", "shape": [32, 2], "data_offsets": [512, 768]},
}
SIZES = st.sampled_from([0, 1, 4, 8, 255, 512, 513, 768, 769, 2**31, 2**63, -4, 1e9, None, "4"])
ENTRIES = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "BF16", "F64", "I8", "U64", "", None, ["F32"]]),
        "shape": st.lists(SIZES, max_size=3) | SIZES,
        "data_offsets": st.lists(SIZES, max_size=3) | SIZES,
    }
)
BODY = bytes(range(256)) * 3


def file_of(header: Any, body: bytes = BODY) -> bytes:
    """Return a safetensors file."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


@pytest.fixture(scope="session")
def peft(shelf: Path) -> Path:
    """A PEFT folder."""
    folder = shelf / "mine"
    folder.mkdir()
    return folder


def served(folder: Path, settings: bytes, tensors: bytes) -> bool:
    """Have a PEFT folder converted, and see that what was made of it fits the model."""
    (folder / SETTINGS).write_bytes(settings)
    (folder / TENSORS).write_bytes(tensors)
    made = folder.parent / "made.onnx_adapter"
    try:
        convert(folder, SLOTS, False, made)
    except AdapterError as error:
        is_sentence(error, folder.parent)
        return False
    check(read_onnx(made), SLOTS, made.name)
    return True


def good(folder: Path) -> bytes:
    write_safetensors(folder.parent / "good.safetensors", matrices())
    return (folder.parent / "good.safetensors").read_bytes()


@pytest.mark.parser("adapter, its settings")
@given(settings=altered([FULL]))
@example(settings=[FULL])
@example(settings=[{**FULL, "alpha_pattern": {"(?i)x": 1}}])
@example(settings=[{**FULL, "alpha_pattern": {"a*a*a*a*b": 1}}])
def test_settings_are_followed_or_refused(peft: Path, settings: list[Any]) -> None:
    told = json.dumps(settings[0] if settings else None).encode()
    assert served(peft, told, good(peft)) or settings != [FULL]


@pytest.mark.parser("adapter, its tensors")
@given(header=altered(HEADER) | st.dictionaries(st.sampled_from(NAMES), ENTRIES | st.none()))
@example(header=HEADER)
@example(header={NAMES[0]: {**ENTRY, "shape": [-1, 64]}})
@example(header={NAMES[0]: {**ENTRY, "data_offsets": [-512, -256]}})
@example(header={NAMES[0]: {**ENTRY, "shape": [0, 10**17], "data_offsets": [0, 0]}})
def test_tensors_fit_or_are_refused(peft: Path, header: Any) -> None:
    fits = served(peft, json.dumps(FULL).encode(), file_of(header))
    assert not fits or set(NAMES) <= set(header)


@pytest.mark.parser("adapter, its bytes")
@given(data=st.data())
def test_other_bytes_are_an_adapter_or_refused(peft: Path, data: st.DataObject) -> None:
    tensors = good(peft)
    settings = json.dumps(FULL).encode()
    told = data.draw(damaged(settings) | ANYTHING | st.just(settings))
    kept = data.draw(damaged(tensors) | ANYTHING | st.just(tensors))
    fits = served(peft, told, kept)
    assert fits or (told, kept) != (settings, tensors)


@pytest.mark.parser("adapter of the runtime")
@given(data=st.data())
def test_other_bytes_are_an_adapter_of_the_runtime_or_refused(
    peft: Path, data: st.DataObject
) -> None:
    assert served(peft, json.dumps(FULL).encode(), good(peft))
    whole = (peft.parent / "made.onnx_adapter").read_bytes()
    path = peft.parent / "other.onnx_adapter"
    path.write_bytes(data.draw(damaged(whole) | ANYTHING))
    try:
        check(read_onnx(path), SLOTS, path.name)
    except AdapterError as error:
        assert path.read_bytes() != whole
        is_sentence(error, peft.parent)


@pytest.fixture(scope="session")
def model(shelf: Path) -> Path:
    """A model folder, and what stands in it as it was."""
    return write_tiny(shelf / "model")


@pytest.mark.parser("model folder")
@given(data=st.data(), name=st.sampled_from(["genai_config.json", MANIFEST]))
def test_a_model_folder_is_known_or_refused(model: Path, data: st.DataObject, name: str) -> None:
    text = (model / name).read_bytes()
    documents = altered([json.loads(text)]).map(lambda one: json.dumps(one[0] if one else 0))
    path = model.parent / "other"
    shutil.copytree(model, path, dirs_exist_ok=True)
    (path / name).write_bytes(data.draw(documents.map(str.encode) | damaged(text) | ANYTHING))
    try:
        found = Folder.open(path)
    except FolderError as error:
        is_sentence(error, path.parent)
        return
    assert found.context > 0
    assert found.kv_bytes > 0
    assert all(path in place.parents for place in (found.adapters or {}).values())
    assert hash(found.slots) == hash(tuple(found.slots))
