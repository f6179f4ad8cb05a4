"""Writes a model of Gemma-7B's shape with random int4 weights, never more than a part in memory.

Knows the layout of a folder; opens no model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

import numpy as np
import onnx
from onnx import TensorProto

from mock_server.gemma.folder import config, write_manifest
from mock_server.gemma.graph import Graph, Matrices, assemble
from mock_server.gemma.shape import Shape, Slot
from mock_server.gemma.weights import Weights
from mock_server.tokens import SHIPPED

SHAPE = Shape(
    vocabulary=256_000,
    hidden=3072,
    layers=28,
    heads=16,
    key_heads=16,
    head_size=256,
    intermediate=24_576,
)
BLOCK = 32
PART = 1 << 24
DATA = "model.onnx.data"


class RandomInt4(Matrices):
    """Matrices of random nibbles, written beside the graph as they are asked for."""

    def __init__(self, graph: Graph, shape: Shape, data: BinaryIO) -> None:
        super().__init__(graph, Weights({}), "int4")
        self._shape, self._data = shape, data
        # Each matrix has its own: the runtime keeps equal ones only once, which would flatter us.
        self._random = np.random.default_rng(0)

    def product(self, slot: Slot, x: str) -> str:
        """Multiply by blocks of four bits."""
        kept = self._stored(slot.name, slot.inputs, slot.outputs)
        return self._by(slot.name, x, kept, slot.inputs, slot.outputs, f"{slot.name}.out")

    def embedding(self) -> str:
        """The embedding, shared with the head."""
        self._stored("embedding", self._shape.hidden, self._shape.vocabulary)
        return "embedding"

    def gather(self, embedding: str) -> str:
        """Look the ids up in the head's own blocks."""
        sizes = np.array([self._shape.vocabulary, self._shape.hidden // 2], np.int64)
        flat = self._graph.node(
            "Reshape", ["embedding.blocks", self._graph.constant("flat", sizes)], "embedding.flat"
        )
        inputs = [flat, "input_ids", "embedding.scales"]
        numbers = {"bits": 4, "block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
        return self._graph.node("GatherBlockQuantized", inputs, "gathered", **numbers)

    def norm(self, module: str) -> str:
        """A norm that changes nothing."""
        return self._graph.real(f"{module}.weight", np.ones(self._shape.hidden))

    def logits(self, x: str, embedding: str) -> str:
        """Multiply by the embedding."""
        kept = [f"{embedding}.blocks", f"{embedding}.scales"]
        return self._by(embedding, x, kept, self._shape.hidden, self._shape.vocabulary, "logits")

    def _by(self, name: str, x: str, kept: list[str], k: int, n: int, out: str) -> str:
        numbers = {"K": k, "N": n, "bits": 4, "block_size": BLOCK, "accuracy_level": 4}
        return self._graph.node("MatMulNBits", [x, *kept], out, **numbers)

    def _stored(self, name: str, inputs: int, outputs: int) -> list[str]:
        blocks = inputs // BLOCK
        self._outside(f"{name}.blocks", TensorProto.UINT8, (outputs, blocks, BLOCK // 2), None)
        kind = np.float16 if self._graph.kind == TensorProto.FLOAT16 else np.float32
        scale = np.full(outputs * blocks, 0.2 * inputs**-0.5, kind)
        self._outside(f"{name}.scales", self._graph.kind, (outputs, blocks), scale.tobytes())
        return [f"{name}.blocks", f"{name}.scales"]

    def _outside(self, name: str, kind: int, size: tuple[int, ...], data: bytes | None) -> None:
        self._data.write(b"\0" * (-self._data.tell() % 4096))
        offset, length = self._data.tell(), int(np.prod(size))
        if data is None:
            for begun in range(0, length, PART):
                self._data.write(self._random.bytes(min(PART, length - begun)))
        else:
            length = self._data.write(data)
        tensor = TensorProto(name=name, data_type=kind, dims=size)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", DATA), ("offset", offset), ("length", length)):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(value)
        self._graph.initializers.append(tensor)


def write(folder: Path, shape: Shape = SHAPE, half: bool = False) -> int:
    """Write a folder of that shape; returns its bytes of weights."""
    graph = Graph(half)
    with (folder / DATA).open("wb") as data:
        model = assemble(shape, graph, RandomInt4(graph, shape, data))
        size = data.tell()
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "genai_config.json").write_text(json.dumps(config(shape, [1, 107])))
    (folder / "tokenizer.json").write_text(tokenizer(shape.vocabulary), encoding="utf-8")
    write_manifest(folder, tuple(shape.slots()), half=half, adapters={})
    return size


def tokenizer(size: int) -> str:
    """The shipped tokenizer with a word more for every id the model has beyond it."""
    document = json.loads(SHIPPED.read_text(encoding="utf-8"))
    words = document["model"]["vocab"]
    words |= {f"▁word{token}": token for token in range(len(words), size)}
    return json.dumps(document, ensure_ascii=False)
