"""Adapters: checked by us and turned into what the runtime loads, since it checks too late.

Knows `.onnx_adapter` files and places in a graph; no model. An edge to `onnxruntime`'s adapter
format.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mock_server.gemma.peft import Pair, PeftError, read_peft
from mock_server.gemma.shape import Slot
from mock_server.gemma.weights import Array

# Set before the import: it would write to the home directory and call its maker otherwise.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

LARGEST_RANK = 512


class AdapterError(ValueError):
    """An adapter that cannot be used with this model, and why, in one sentence."""


def convert(source: Path, slots: tuple[Slot, ...], half: bool, destination: Path) -> None:
    """Check an adapter and write it as the runtime wants it; raises AdapterError."""
    if not slots:
        raise AdapterError("this model takes no adapters; prepare it with gonogo-mock prepare")
    if source.is_dir():
        try:
            arrays = placed(read_peft(source), slots)
        except PeftError as error:
            raise AdapterError(str(error)) from None
    elif source.is_file():
        arrays = read(source)
    else:
        raise AdapterError(f"{source.name} is neither a PEFT folder nor an .onnx_adapter file")
    check(arrays, slots, source.name)
    kind = np.float16 if half else np.float32
    for key, array in arrays.items():
        if array.size and np.abs(array).max() > np.finfo(kind).max:
            raise AdapterError(f"{source.name}: {key} holds values too large for {kind.__name__}")
    write(destination, {name: array.astype(kind) for name, array in arrays.items()})


def placed(pairs: Mapping[str, Pair], slots: tuple[Slot, ...]) -> dict[str, Array]:
    """Put the projections' matrices into the graph's slots, side by side where they share one."""
    arrays: dict[str, Array] = {}
    known: set[str] = set()
    for slot in slots:
        found = [(pairs.get(module), width) for module, width in slot.parts]
        known.update(module for module, _ in slot.parts)
        for (module, width), (pair, _) in zip(slot.parts, found, strict=True):
            if pair is not None:
                _fits(module, pair, slot.inputs, width)
        ranks = [pair.a.shape[1] if pair else 0 for pair, _ in found]
        if not sum(ranks):
            continue
        low = [pair.a for pair, _ in found if pair]
        high = np.zeros((sum(ranks), slot.outputs), np.float32)
        row = column = 0
        for (pair, width), rank in zip(found, ranks, strict=True):
            if pair is not None:
                high[row : row + rank, column : column + width] = pair.b
            row, column = row + rank, column + width
        arrays[slot.matrix("A")] = np.ascontiguousarray(np.concatenate(low, axis=1))
        arrays[slot.matrix("B")] = high
    strangers = sorted(set(pairs) - known)
    if strangers:
        raise AdapterError(f"the adapter is for {strangers[0]}, which this model does not have")
    return arrays


def check(arrays: Mapping[str, Array], slots: tuple[Slot, ...], name: str) -> None:
    """Refuse what the runtime would only notice at the first token."""
    names = {slot.matrix(side): slot for slot in slots for side in "AB"}
    if not arrays:
        raise AdapterError(f"{name} holds no matrices")
    for key, array in arrays.items():
        slot = names.get(key)
        if slot is None:
            raise AdapterError(f"{name}: this model has no place for {key}")
        if array.ndim != 2 or array.dtype not in (np.float16, np.float32):
            raise AdapterError(f"{name}: {key} is not a float matrix")
        if not np.isfinite(array).all():
            raise AdapterError(f"{name}: {key} holds values that are not numbers")
    for slot in {names[key].name: names[key] for key in arrays}.values():
        a, b = arrays.get(slot.matrix("A")), arrays.get(slot.matrix("B"))
        if a is None or b is None:
            raise AdapterError(f"{name}: {slot.name} has only one of its two matrices")
        _fits(slot.name, Pair(a, b), slot.inputs, slot.outputs)


def read(path: Path) -> dict[str, Array]:
    """The matrices of an `.onnx_adapter` file by their graph names."""
    try:
        adapter = _runtime().AdapterFormat.read_adapter(str(path))
        # The arrays only borrow the file's memory.
        return {name: value.numpy().copy() for name, value in adapter.get_parameters().items()}
    except Exception:
        raise AdapterError(f"{path.name} is no .onnx_adapter file, or a damaged one") from None


def write(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write an `.onnx_adapter` file."""
    make = _runtime().OrtValue.ortvalue_from_numpy
    adapter = _runtime().AdapterFormat()
    adapter.set_adapter_version(1)
    adapter.set_model_version(1)
    values = {name: make(np.ascontiguousarray(array)) for name, array in arrays.items()}
    adapter.set_parameters(values)
    adapter.export_adapter(str(path))


def _runtime() -> Any:
    return importlib.import_module("onnxruntime")


def _fits(module: str, pair: Pair, inputs: int, outputs: int) -> None:
    a, b = pair.a.shape, pair.b.shape
    if len(a) != 2 or len(b) != 2 or a[1] != b[0]:
        raise AdapterError(f"the matrices of {module} do not fit each other: {a} and {b}")
    if a[0] != inputs or b[1] != outputs:
        raise AdapterError(
            f"{module} of the adapter is {a[0]} to {b[1]}; this model's is {inputs} to {outputs}"
        )
    if not 1 <= a[1] <= LARGEST_RANK:
        raise AdapterError(f"{module} has rank {a[1]}; ranks from 1 to {LARGEST_RANK} work")
