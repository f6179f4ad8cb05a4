"""The shape of a Gemma: sizes of the network, and what follows from them.

Knows no weights and no library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Slot:
    """A product in the graph beside which an adapter may stand.

    It may serve several projections at once (`parts`, each with its outputs, side by side): one
    node in place of three costs a third of the time.
    """

    name: str
    inputs: int
    parts: tuple[tuple[str, int], ...]
    """Hugging Face name and outputs of each projection, in the order of the columns."""

    @property
    def outputs(self) -> int:
        return sum(width for _, width in self.parts)

    def matrix(self, side: str) -> str:
        """The graph's name of a matrix: side `A` is [inputs, rank], side `B` [rank, outputs]."""
        return f"{self.name}.lora_{side}.weight"


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a first-generation Gemma."""

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    key_heads: int
    head_size: int
    intermediate: int
    context: int = 4096
    theta: float = 10_000.0
    epsilon: float = 1e-6

    @property
    def kv_bytes(self) -> int:
        """Bytes of key and value cache a token takes, in float32."""
        return 2 * self.layers * self.key_heads * self.head_size * FLOAT_BYTES

    def slots(self) -> Iterator[Slot]:
        """Four products a layer: query, key and value; attention's output; gate and up; down."""
        width, keys = self.heads * self.head_size, self.key_heads * self.head_size
        for layer in range(self.layers):
            attention, mlp = f"model.layers.{layer}.self_attn", f"model.layers.{layer}.mlp"
            qkv = zip("qkv", (width, keys, keys), strict=True)
            parts = tuple((f"{attention}.{one}_proj", size) for one, size in qkv)
            yield Slot(f"{attention}.qkv_proj", self.hidden, parts)
            yield Slot(f"{attention}.o_proj", width, ((f"{attention}.o_proj", self.hidden),))
            parts = tuple((f"{mlp}.{one}_proj", self.intermediate) for one in ("gate", "up"))
            yield Slot(f"{mlp}.gate_up_proj", self.hidden, parts)
            down = ((f"{mlp}.down_proj", self.hidden),)
            yield Slot(f"{mlp}.down_proj", self.intermediate, down)
