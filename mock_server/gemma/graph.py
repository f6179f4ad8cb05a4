"""Writes a Gemma as an ONNX graph that ONNX Runtime GenAI serves, open to adapters from the start.

Knows layers and weights; nothing of tokens, requests or processes. An edge to `onnx` and `numpy`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mock_server.gemma.shape import Shape, Slot
from mock_server.gemma.weights import Array, Weights

OPSETS = (("", 21), ("com.microsoft", 1))
IR_VERSION = 10
MICROSOFT = {
    "GatherBlockQuantized",
    "GroupQueryAttention",
    "MatMulNBits",
    "SkipSimplifiedLayerNormalization",
}


class Graph:
    """Nodes, inputs and initializers as they are made; all arithmetic is float32, or float16."""

    def __init__(self, half: bool = False) -> None:
        self.kind: int = TensorProto.FLOAT16 if half else TensorProto.FLOAT
        self._float: Any = np.float16 if half else np.float32
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def constant(self, name: str, value: Array) -> str:
        """Add an initializer and return its name."""
        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def real(self, name: str, value: Array) -> str:
        """Add an initializer of the kind that the arithmetic is done in."""
        return self.constant(name, np.asarray(value, self._float))

    def node(self, kind: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        """Add a node, named after its first output, and return that name."""
        domain = "com.microsoft" if kind in MICROSOFT else ""
        made = helper.make_node(kind, inputs, outputs, name=outputs[0], domain=domain, **attributes)
        self.nodes.append(made)
        return outputs[0]

    def takes(self, name: str, kind: int, *dimensions: int | str) -> None:
        """Declare an input."""
        self.inputs.append(helper.make_tensor_value_info(name, kind, dimensions))

    def gives(self, name: str, *dimensions: int | str) -> None:
        """Declare an output of the kind that the arithmetic is done in."""
        self.outputs.append(helper.make_tensor_value_info(name, self.kind, dimensions))

    def adapted(self, slot: Slot, x: str, y: str) -> str:
        """Add `x·A·B` to `y`; both matrices have rank 0 unless an adapter gives them."""
        rank = f"{slot.name}.rank"
        self.real(slot.matrix("A"), np.zeros((slot.inputs, 0)))
        self.real(slot.matrix("B"), np.zeros((0, slot.outputs)))
        self.takes(slot.matrix("A"), self.kind, slot.inputs, rank)
        self.takes(slot.matrix("B"), self.kind, rank, slot.outputs)
        low = self.node("MatMul", [x, slot.matrix("A")], f"{slot.name}.low")
        high = self.node("MatMul", [low, slot.matrix("B")], f"{slot.name}.high")
        return self.node("Add", [y, high], f"{slot.name}.adapted")

    def finish(self) -> onnx.ModelProto:
        """Make the model of all that was added."""
        graph = helper.make_graph(
            self.nodes, "gemma", self.inputs, self.outputs, initializer=self.initializers
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


class Matrices:
    """How weights become nodes of a graph, in float32, int8 or float16.

    int8 is unfolded when the model is loaded, and its arithmetic is float32, so that a text does
    not depend on the kernels a machine has. float16 is for graphics cards.
    """

    def __init__(self, graph: Graph, weights: Weights, precision: str) -> None:
        self._graph, self._weights, self._precision = graph, weights, precision

    def product(self, slot: Slot, x: str) -> str:
        """Multiply by all parts of a slot at once."""
        parts = [self._weights.array(module) for module, _ in slot.parts]
        whole = np.ascontiguousarray(np.concatenate(parts).T)
        return self._graph.node(
            "MatMul", [x, self._kept(f"{slot.name}.weight", whole, 0)], f"{slot.name}.out"
        )

    def embedding(self) -> str:
        """The embedding as [vocabulary, hidden]."""
        whole = self._weights.array("model.embed_tokens")
        return self._kept("model.embed_tokens.weight", whole, 1)

    def norm(self, module: str) -> str:
        """Gemma keeps a norm's weight as its distance from one; the graph wants it whole."""
        return self._graph.real(f"{module}.weight", self._weights.array(module) + np.float32(1))

    def logits(self, x: str, embedding: str) -> str:
        """Multiply by the embedding, which is tied to the head."""
        turned = self._graph.node("Transpose", [embedding], "head", perm=[1, 0])
        return self._graph.node("MatMul", [x, turned], "logits")

    def gather(self, embedding: str) -> str:
        """Look the ids up."""
        return self._graph.node("Gather", [embedding, "input_ids"], "gathered")

    def _kept(self, name: str, value: Array, axis: int) -> str:
        graph = self._graph
        if self._precision != "int8":
            return graph.real(name, value)
        small, scale = quantise(value, axis)
        cast = graph.node(
            "Cast", [graph.constant(f"{name}.int8", small)], f"{name}.cast", to=TensorProto.FLOAT
        )
        return graph.node("Mul", [cast, graph.constant(f"{name}.scale", scale)], name)


def quantise(value: Array, axis: int) -> tuple[Array, Array]:
    """Round to int8, with one float32 scale for each line along `axis`."""
    scale = np.maximum(np.abs(value).max(axis=axis, keepdims=True), 1e-12) / np.float32(127)
    scale = scale.astype(np.float32)
    return np.round(value / scale).astype(np.int8), scale


def rounded(value: Array) -> Array:
    """A matrix [outputs, inputs] as int8 keeps it; a vector is kept as it is."""
    if value.ndim != 2:
        return value.astype(np.float32)
    small, scale = quantise(value.astype(np.float32), 1)
    return small.astype(np.float32) * scale


def build(shape: Shape, weights: Weights, precision: str = "int8") -> onnx.ModelProto:
    """Make the model in `fp32`, `int8` or `fp16`."""
    graph = Graph(half=precision == "fp16")
    return assemble(shape, graph, Matrices(graph, weights, precision))


def assemble(shape: Shape, graph: Graph, matrices: Matrices) -> onnx.ModelProto:
    """Lay out the network; `matrices` says how each product is done."""
    declare(graph, shape)

    def projection(slot: Slot, x: str) -> str:
        return graph.adapted(slot, x, matrices.product(slot, x))

    def joined(y: str, residual: str, norm: str) -> tuple[str, str]:
        total = f"{norm}.residual"
        outputs = [f"{norm}.out"] if norm == "model.norm" else [f"{norm}.out", "", "", total]
        inputs = [y, residual, matrices.norm(norm)]
        kind = "SkipSimplifiedLayerNormalization"
        return graph.node(kind, inputs, *outputs, epsilon=shape.epsilon), total

    slots = {slot.name: slot for slot in shape.slots()}
    embedding = matrices.embedding()
    root = graph.real("embedding.scale", np.sqrt(np.float32(shape.hidden)))
    residual = graph.node("Mul", [matrices.gather(embedding), root], "embedded")
    first = [residual, matrices.norm("model.layers.0.input_layernorm")]
    x = graph.node("SimplifiedLayerNormalization", first, "first", epsilon=shape.epsilon)
    for layer in range(shape.layers):
        here = f"model.layers.{layer}"
        qkv = projection(slots[f"{here}.self_attn.qkv_proj"], x)
        y = projection(slots[f"{here}.self_attn.o_proj"], attention(graph, shape, layer, qkv))
        x, residual = joined(y, residual, f"{here}.post_attention_layernorm")
        both = projection(slots[f"{here}.mlp.gate_up_proj"], x)
        gate, up = f"{here}.mlp.gate", f"{here}.mlp.up"
        graph.node("Split", [both], gate, up, axis=-1, num_outputs=2)
        gate = graph.node("Gelu", [gate], f"{here}.mlp.gelu", approximate="tanh")
        product = graph.node("Mul", [gate, up], f"{here}.mlp.product")
        y = projection(slots[f"{here}.mlp.down_proj"], product)
        last = layer + 1 == shape.layers
        norm = "model.norm" if last else f"model.layers.{layer + 1}.input_layernorm"
        x, residual = joined(y, residual, norm)
    matrices.logits(x, embedding)
    return graph.finish()


def declare(graph: Graph, shape: Shape) -> None:
    """Inputs, the logits, and what all layers share: lengths and rotary tables."""
    graph.takes("input_ids", TensorProto.INT64, "batch", "length")
    graph.takes("attention_mask", TensorProto.INT64, "batch", "total")
    graph.gives("logits", "batch", "length", shape.vocabulary)
    one = graph.constant("one", np.array([1], np.int64))
    summed = graph.node("ReduceSum", ["attention_mask", one], "summed", keepdims=0)
    last = graph.node("Sub", [summed, one], "last")
    graph.node("Cast", [last], "seqlens_k", to=TensorProto.INT32)
    size = graph.node("Shape", ["attention_mask"], "mask.shape")
    total = graph.node("Gather", [size, graph.constant("second", np.array(1, np.int64))], "width")
    graph.node("Cast", [total], "total_sequence_length", to=TensorProto.INT32)
    # The tables are folded when the model is loaded; in the file they would outweigh a layer.
    limits = [np.array(at, np.float32) for at in (0, shape.context, 1)]
    names = [graph.constant(f"position.{at}", limit) for at, limit in enumerate(limits)]
    column = graph.node("Unsqueeze", [graph.node("Range", names, "positions"), one], "column")
    steps = np.arange(0, shape.head_size, 2, dtype=np.float32) / np.float32(shape.head_size)
    frequencies = (np.float32(1) / np.float32(shape.theta) ** steps)[None, :].astype(np.float32)
    angles = graph.node("Mul", [column, graph.constant("frequencies", frequencies)], "angles")
    for kind, name in (("Cos", "cos_cache"), ("Sin", "sin_cache")):
        graph.node("Cast", [graph.node(kind, [angles], f"{name}.wide")], name, to=graph.kind)


def attention(graph: Graph, shape: Shape, layer: int, qkv: str) -> str:
    """Grouped attention with rotary embedding and the layer's cache."""
    pasts = [f"past_key_values.{layer}.{one}" for one in ("key", "value")]
    presents = [f"present.{layer}.{one}" for one in ("key", "value")]
    for past, present in zip(pasts, presents, strict=True):
        sizes = (shape.key_heads, shape.head_size)
        graph.takes(past, graph.kind, "batch", sizes[0], "past", sizes[1])
        graph.gives(present, "batch", sizes[0], "total", sizes[1])
    return graph.node(
        "GroupQueryAttention",
        [qkv, "", "", *pasts, "seqlens_k", "total_sequence_length", "cos_cache", "sin_cache"],
        f"model.layers.{layer}.attended",
        *presents,
        num_heads=shape.heads,
        kv_num_heads=shape.key_heads,
        scale=float(shape.head_size**-0.5),
        do_rotary=1,
        rotary_interleaved=0,
    )
