"""Weights by their Hugging Face names: from a safetensors file, or random for a test.

Knows tensors and files; no graph and no runtime. An edge to `numpy`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mock_server.gemma.shape import Shape

Array = np.ndarray[Any, np.dtype[Any]]
KINDS: Mapping[str, str] = {"F64": "f8", "F32": "f4", "F16": "f2", "I8": "i1", "BF16": "u2"}
HEADER_LIMIT = 100_000_000
MOST_AXES = 8


class WeightsError(ValueError):
    """Weights that cannot be read or do not fit, and why, in one sentence."""


class Weights:
    """Arrays by name."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = arrays

    def array(self, module: str) -> Array:
        """The weight of a module, in float32."""
        return self.arrays[f"{module}.weight"].astype(np.float32)

    @classmethod
    def random(cls, shape: Shape, seed: int = 0) -> Weights:
        """Weights that say nothing, for tests of everything but the text."""
        hand = np.random.default_rng(seed)
        arrays: dict[str, Array] = {}
        for slot in shape.slots():
            for module, outputs in slot.parts:
                drawn = hand.standard_normal((outputs, slot.inputs)) * slot.inputs**-0.5
                arrays[f"{module}.weight"] = drawn.astype(np.float32)
        drawn = hand.standard_normal((shape.vocabulary, shape.hidden)) * shape.hidden**-0.5
        arrays["model.embed_tokens.weight"] = drawn.astype(np.float32)
        norms = [
            f"model.layers.{layer}.{one}_layernorm"
            for layer in range(shape.layers)
            for one in ("input", "post_attention")
        ]
        for norm in [*norms, "model.norm"]:
            arrays[f"{norm}.weight"] = np.zeros(shape.hidden, np.float32)
        return cls(arrays)


def read_safetensors(path: Path) -> dict[str, Array]:
    """Read every tensor of a safetensors file; raises WeightsError naming the file."""
    try:
        if not path.is_file():
            # A pipe would never end, and a device neither.
            raise WeightsError(f"{path.name} cannot be read: there is no such file")
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read: {error.strerror}") from None
    try:
        return _tensors(data)
    except WeightsError as error:
        raise WeightsError(f"{path.name} is not a safetensors file: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise WeightsError(f"{path.name} is not a safetensors file: its header is none") from None


def write_safetensors(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write float32 or float16 tensors."""
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        part = np.ascontiguousarray(array).tobytes()
        kind = {"float32": "F32", "float16": "F16"}[array.dtype.name]
        offsets = [offset, offset + len(part)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        parts.append(part)
        offset += len(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))


def _tensors(data: bytes) -> dict[str, Array]:
    size = int.from_bytes(data[:8], "little")
    if size > min(HEADER_LIMIT, len(data)):
        raise WeightsError("its header is longer than the file")
    header: dict[str, Any] = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    body = memoryview(data)[8 + size :]
    # As the format has it: each byte belongs to one tensor, so that none is written once and held
    # a thousand times.
    if sum(_extent(entry, len(body)) for entry in header.values()) > len(body):
        raise WeightsError("its tensors lie over each other")
    return {name: _tensor(name, entry, body) for name, entry in header.items()}


def _extent(entry: Mapping[str, Any], size: int) -> int:
    start, end = entry["data_offsets"]
    if type(start) is not int or type(end) is not int or not 0 <= start <= end <= size:
        raise WeightsError("a tensor of it lies outside of the file")
    return end - start


def _tensor(name: str, entry: Mapping[str, Any], data: memoryview) -> Array:
    start, end = entry["data_offsets"]
    kind, shape = KINDS.get(str(entry["dtype"])), entry["shape"]
    if kind is None:
        raise WeightsError(f"tensors of type {entry['dtype']!r:.40} are not supported")
    if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        raise WeightsError(f"the shape of tensor {name!r:.200} is none")
    width = np.dtype(kind).itemsize
    if len(shape) > MOST_AXES or math.prod(shape) * width != end - start:
        raise WeightsError(f"tensor {name!r:.200} is not as large as its shape says")
    raw = np.frombuffer(data[start:end], dtype=f"<{kind}").reshape(shape)
    if entry["dtype"] == "BF16":
        return (raw.astype(np.uint32) << 16).view(np.float32)
    return raw
