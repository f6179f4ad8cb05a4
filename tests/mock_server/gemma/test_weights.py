"""Safetensors in and out."""

import json
from pathlib import Path

import numpy as np
import pytest

from mock_server.gemma.weights import WeightsError, read_safetensors, write_safetensors


def test_what_is_written_comes_back(tmp_path: Path):
    arrays = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.array([0.5, -2.0], np.float16),
    }
    write_safetensors(tmp_path / "x.safetensors", arrays)
    found = read_safetensors(tmp_path / "x.safetensors")
    assert list(found) == ["a", "b"]
    assert all((found[name] == arrays[name]).all() for name in arrays)


def test_bfloat16_is_widened(tmp_path: Path):
    header = json.dumps({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    data = len(header).to_bytes(8, "little") + header + bytes([0x80, 0x3F, 0x00, 0xC0])
    (tmp_path / "x.safetensors").write_bytes(data)
    assert read_safetensors(tmp_path / "x.safetensors")["a"].tolist() == [1.0, -2.0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        (2**60).to_bytes(8, "little"),
        (2).to_bytes(8, "little") + b"[]",
        (7).to_bytes(8, "little") + b'{"a":1}',
        (100_000).to_bytes(8, "little") + b"[" * 100_000,
        (59).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[1e9],"data_offsets":[0,4]}}   ',
        (60).to_bytes(8, "little")
        + b'{"a":{"dtype":"F32","shape":[9e99],"data_offsets":[-8,4]}}  ',
        (56).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,4]}}  ',
        (56).to_bytes(8, "little") + b'{"a":{"dtype":"U64","shape":[1],"data_offsets":[0,4]}}  ',
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes):
    (tmp_path / "x.safetensors").write_bytes(data)
    with pytest.raises(WeightsError, match=r"^x\.safetensors is not a safetensors file: ."):
        read_safetensors(tmp_path / "x.safetensors")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"^x\.safetensors cannot be read"):
        read_safetensors(tmp_path / "x.safetensors")
