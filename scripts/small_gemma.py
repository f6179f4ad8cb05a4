"""The small Gemma in torch: first-generation Gemma architecture, sized for a test's patience.

Knows shapes and arithmetic; no data, no training, no export. Weight names are Hugging Face's.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
LONG = 256


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network; rows of every matrix are multiples of 32."""

    vocabulary: int = 2048
    hidden: int = 192
    layers: int = 4
    heads: int = 6
    head_size: int = 32
    intermediate: int = 448
    context: int = 4096
    theta: float = 10_000.0
    epsilon: float = 1e-6


class Norm(nn.Module):
    """RMS norm whose weight is stored as its distance from one."""

    def __init__(self, size: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(size))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * (1 + self.weight)


class Projection(nn.Module):
    """A matrix without bias, and beside it an optional adapter of low rank."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * inputs**-0.5)
        self.lora_a: nn.Parameter | None = None
        self.lora_b: nn.Parameter | None = None
        self.scale = 0.0

    def adapt(self, rank: int, alpha: float, generator: torch.Generator) -> None:
        """Freeze the matrix and put an adapter beside it that begins as zero."""
        outputs, inputs = self.weight.shape
        self.weight.requires_grad_(False)
        drawn = torch.randn(rank, inputs, generator=generator)
        self.lora_a = nn.Parameter(drawn * inputs**-0.5)
        self.lora_b = nn.Parameter(torch.zeros(outputs, rank))
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        y = functional.linear(x, self.weight)
        if self.lora_a is None or self.lora_b is None:
            return y
        low = functional.linear(functional.linear(x, self.lora_a), self.lora_b)
        return y + self.scale * low


class Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.heads * shape.head_size
        self.heads, self.head_size = shape.heads, shape.head_size
        self.q_proj = Projection(shape.hidden, width)
        self.k_proj = Projection(shape.hidden, width)
        self.v_proj = Projection(shape.hidden, width)
        self.o_proj = Projection(width, shape.hidden)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        rows, length, _ = x.shape
        split = (rows, length, self.heads, self.head_size)
        query = rotate(self.q_proj(x).view(split).transpose(1, 2), cosine, sine)
        key = rotate(self.k_proj(x).view(split).transpose(1, 2), cosine, sine)
        value = self.v_proj(x).view(split).transpose(1, 2)
        query, key = query.to(value.dtype), key.to(value.dtype)
        if length > LONG or x.is_cuda:
            y = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            # On a core, torch's kernel is several times slower for short rows than the products.
            future = torch.full((length, length), -1e4, dtype=value.dtype).triu(1)
            scores = query @ key.transpose(2, 3) * self.head_size**-0.5 + future
            y = torch.softmax(scores, dim=-1, dtype=value.dtype) @ value
        return self.o_proj(y.transpose(1, 2).reshape(rows, length, -1))


class Mlp(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = Projection(shape.hidden, shape.intermediate)
        self.up_proj = Projection(shape.hidden, shape.intermediate)
        self.down_proj = Projection(shape.intermediate, shape.hidden)

    def forward(self, x: Tensor) -> Tensor:
        gate = functional.gelu(self.gate_proj(x), approximate="tanh")
        return self.down_proj(gate * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm = Norm(shape.hidden, shape.epsilon)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = Norm(shape.hidden, shape.epsilon)
        self.mlp = Mlp(shape)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cosine, sine)
        return x + self.mlp(self.post_attention_layernorm(x))


class SmallGemma(nn.Module):
    """Ids (rows, length) to logits of the positions asked for."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.hidden)
        nn.init.normal_(self.embed_tokens.weight, std=shape.hidden**-0.5)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.hidden, shape.epsilon)
        for layer in self.layers:
            for last in (layer.self_attn.o_proj, layer.mlp.down_proj):
                nn.init.normal_(last.weight, std=0.02)

    def forward(self, ids: Tensor, positions: Tensor, wanted: Tensor | None = None) -> Tensor:
        """`positions` (length) may have gaps; `wanted` is a mask (rows, length) of positions."""
        x = self.embed_tokens(ids) * self.shape.hidden**0.5
        cosine, sine = rotary(self.shape, positions)
        for layer in self.layers:
            x = layer(x, cosine, sine)
        x = self.norm(x)
        x = x if wanted is None else x[wanted]
        return functional.linear(x, self.embed_tokens.weight)

    def projections(self) -> dict[str, Projection]:
        """Every matrix an adapter may sit beside, by its Hugging Face name."""
        return {
            f"model.{name}": module
            for name, module in self.named_modules()
            if isinstance(module, Projection)
        }


def rotary(shape: Shape, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines (length, head_size) of the rotary embedding."""
    steps = torch.arange(0, shape.head_size, 2, device=positions.device) / shape.head_size
    angles = positions.float()[:, None] / shape.theta ** steps[None, :]
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    one, other = x.chunk(2, dim=-1)
    return x * cosine + torch.cat([-other, one], dim=-1) * sine
