"""Opens a graph of the GenAI model builder to adapters, or bakes one in.

Knows the builder's node names; rewrites only the graph, never the weights beside it. An edge to
`onnx`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mock_server.gemma.shape import Slot
from mock_server.gemma.weights import Array

NODE = re.compile(r"/model/layers\.(\d+)/(attn|mlp)/(\w+)_proj/MatMul\w*")
PRODUCTS = {"MatMul", "MatMulNBits"}
TYPES: Mapping[int, Any] = {TensorProto.FLOAT: np.float32, TensorProto.FLOAT16: np.float16}


class GraphError(ValueError):
    """A graph that cannot be opened to adapters, and why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What the graph does not say itself of attention."""

    query: int
    key: int
    size: int


def find(model: onnx.ModelProto, heads: Heads) -> dict[str, Slot]:
    """The products beside which an adapter may stand, by the names of their nodes."""
    sizes = {one.name: tuple(one.dims) for one in model.graph.initializer}
    found: dict[str, Slot] = {}
    for node in model.graph.node:
        named = NODE.fullmatch(node.name)
        if named is None or node.op_type not in PRODUCTS:
            continue
        layer, part, which = named[1], named[2], named[3]
        here = f"model.layers.{layer}.{'self_attn' if part == 'attn' else 'mlp'}"
        inputs, outputs = _size(node, sizes)
        parts: tuple[tuple[str, int], ...] = ((f"{here}.{which}_proj", outputs),)
        if which == "qkv":
            widths = (heads.query * heads.size, heads.key * heads.size, heads.key * heads.size)
            parts = tuple(
                (f"{here}.{one}_proj", width) for one, width in zip("qkv", widths, strict=True)
            )
        slot = Slot(f"{here}.{which}_proj", inputs, parts)
        if slot.outputs != outputs:
            raise GraphError(f"{node.name} has {outputs} outputs; its heads make {slot.outputs}")
        found[node.name] = slot
    if not found:
        raise GraphError("the graph has none of the builder's projections; is it a Gemma of it?")
    return found


def is_half(model: onnx.ModelProto) -> bool:
    """True where the graph works in float16; raises GraphError for anything but it and float32."""
    (logits,) = [one for one in model.graph.output if one.name == "logits"] or [None]
    kind = logits.type.tensor_type.elem_type if logits is not None else 0
    if kind not in TYPES:
        name = TensorProto.DataType.Name(kind).lower()
        raise GraphError(f"the graph's logits are {name}; only float32 and float16 are served")
    return bool(kind == TensorProto.FLOAT16)


def is_open(model: onnx.ModelProto) -> bool:
    """True where the graph already takes adapters."""
    return any(one.name.endswith(".lora_A.weight") for one in model.graph.input)


def outside(model: onnx.ModelProto) -> dict[str, int]:
    """Files that hold weights beside the graph, and how many bytes of each it needs."""
    needed: dict[str, int] = {}
    for one in model.graph.initializer:
        entry = {part.key: part.value for part in one.external_data}
        if "location" in entry:
            end = int(entry.get("offset", 0)) + int(entry.get("length", 0))
            needed[entry["location"]] = max(end, needed.get(entry["location"], 0))
    return needed


def inject(
    model: onnx.ModelProto, slots: Mapping[str, Slot], baked: Mapping[str, Array] | None = None
) -> None:
    """Add `x·A·B` after every product in place.

    Without `baked`, each matrix is an input of rank 0 that an adapter may give; with it, the
    matrices it holds become constants, and the graph speaks through them always.
    """
    kind = TensorProto.FLOAT16 if is_half(model) else TensorProto.FLOAT
    graph = model.graph
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        nodes.append(node)
        slot = slots.get(node.name)
        if slot is None or (baked is not None and slot.matrix("A") not in baked):
            continue
        for side, empty in (("A", (slot.inputs, 0)), ("B", (0, slot.outputs))):
            name = slot.matrix(side)
            array = np.zeros(empty) if baked is None else baked[name]
            tensor = numpy_helper.from_array(array.astype(TYPES[kind]), name)
            graph.initializer.append(tensor)
            if baked is None:
                rank = f"{slot.name}.rank"
                wide: list[str | int | None] = [slot.inputs, rank]
                wide = wide if side == "A" else [rank, slot.outputs]
                graph.input.append(helper.make_tensor_value_info(name, kind, wide))
        y = node.output[0]
        node.output[0] = f"{y}.plain"
        low, high = f"{slot.name}.low", f"{slot.name}.high"
        nodes += [
            helper.make_node("MatMul", [node.input[0], slot.matrix("A")], [low], name=low),
            helper.make_node("MatMul", [low, slot.matrix("B")], [high], name=high),
            helper.make_node("Add", [f"{y}.plain", high], [y], name=f"{slot.name}.adapted"),
        ]
    del graph.node[:]
    graph.node.extend(nodes)


def _size(node: onnx.NodeProto, sizes: Mapping[str, tuple[int, ...]]) -> tuple[int, int]:
    if node.op_type == "MatMulNBits":
        numbers = {one.name: one.i for one in node.attribute}
        return numbers["K"], numbers["N"]
    size = sizes.get(node.input[1], ())
    if len(size) != 2:
        raise GraphError(f"{node.name} multiplies by something that is no stored matrix")
    return size[0], size[1]
