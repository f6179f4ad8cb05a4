"""The shipped model once more, in float16: CUDA's attention knows no float32.

Knows graphs of our own making and what stands in them; opens no model. An edge to `onnx`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from mock_server.gemma.folder import SHIPPED, Folder, write_manifest
from mock_server.gemma.graph import build
from mock_server.gemma.shape import Shape
from mock_server.gemma.weights import Array, Weights

COPIED = ("genai_config.json", "tokenizer.json")
ADAPTERS = "adapters"


def for_provider(folder: Folder, provider: str, scratch: Path) -> Folder:
    """The folder as a provider takes it: for CUDA the shipped one gets a twin in `scratch`."""
    if provider == "cuda" and folder.path == SHIPPED:
        return halved(folder, scratch / SHIPPED.name)
    return folder


def unfolded(folder: Folder) -> Weights:
    """Weights of an int8 graph of ours in float32, by their Hugging Face names."""
    graph = onnx.load(str(folder.path / "model.onnx")).graph
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}

    def whole(name: str) -> Array:
        small, scale = arrays[f"{name}.weight.int8"], arrays[f"{name}.weight.scale"]
        return np.asarray(small.astype(np.float32) * scale)

    found = {"model.embed_tokens.weight": whole("model.embed_tokens")}
    for slot in folder.slots:
        columns, at = whole(slot.name), 0
        for module, width in slot.parts:
            found[f"{module}.weight"] = np.ascontiguousarray(columns[:, at : at + width].T)
            at += width
    for name, array in arrays.items():
        if name.endswith("norm.weight"):
            found[name] = array - np.float32(1)
    return Weights(found)


def halved(folder: Folder, destination: Path) -> Folder:
    """Write a float16 twin of a folder of ours, adapters included, and return it."""
    document = json.loads((folder.path / "genai_config.json").read_text(encoding="utf-8"))
    decoder = document["model"]["decoder"]
    wide = next(slot for slot in folder.slots if slot.name.endswith(".gate_up_proj"))
    shape = Shape(
        vocabulary=folder.vocabulary,
        hidden=decoder["hidden_size"],
        layers=decoder["num_hidden_layers"],
        heads=decoder["num_attention_heads"],
        key_heads=decoder["num_key_value_heads"],
        head_size=decoder["head_size"],
        intermediate=wide.outputs // 2,
        context=folder.context,
    )
    destination.mkdir()
    for name in COPIED:
        shutil.copyfile(folder.path / name, destination / name)
    places = {}
    for name, path in (folder.adapters or {}).items():
        shutil.copytree(path, destination / ADAPTERS / name)
        places[name] = f"{ADAPTERS}/{name}"
    onnx.save(build(shape, unfolded(folder), "fp16"), str(destination / "model.onnx"))
    write_manifest(destination, tuple(shape.slots()), half=True, adapters=places)
    return Folder.open(destination)
