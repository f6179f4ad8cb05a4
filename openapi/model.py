"""ModelFacts: the `x-model` block, typed. The mock enforces it and the suite expects it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi.requirement import ContractError


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is promised of one model."""

    id: str
    """Slug, such as `google/gemma-7b-it-lora`."""
    name: str
    """What people call it."""
    owned_by: str
    created: int
    """Unix seconds of its release."""
    modality: str
    """What the filter `modality` of the list compares with."""
    capabilities: tuple[str, ...]
    """What the list says it can do."""
    context_window: int
    """Tokens of prompt and completion together."""
    max_output_tokens: int
    """Largest `max_tokens` a request may set."""
    max_choices: int
    """Largest `n`."""
    input_price: int
    """Nano-USD a prompt token."""
    output_price: int
    """Nano-USD a completion token."""
    turn_tokens: int
    """Tokens the chat template adds to each turn."""
    prompt_tokens: int
    """Tokens the template adds once: `<bos>` and the model's own turn header."""
    adapter_separator: str
    """Between base and adapter in a model selector: `base:adapter`."""
    adapter_pattern: str
    """Regular expression an adapter's name matches whole."""
    special_tokens: tuple[str, ...]
    """Marks of the chat template that no answer may contain."""
    body_limit: int
    """Bytes a request body may have."""
    keepalive_seconds: int
    """Silence in a stream after which a comment is sent."""

    @classmethod
    def parse(cls, facts: Mapping[str, Any]) -> ModelFacts:
        """Read the block; raises ContractError naming the key that is missing or unknown."""
        names = cls.__slots__
        unknown = [key for key in facts if key not in names]
        missing = [name for name in names if name not in facts]
        if unknown or missing:
            raise ContractError(
                f"x-model: unknown keys {unknown}, missing keys {missing}; known: {list(names)}"
            )
        lists = {name: tuple(facts[name]) for name in ("capabilities", "special_tokens")}
        values = {**facts, **lists}
        return cls(**values)

    def split(self, selector: str) -> tuple[str, str | None]:
        """Split a model selector into base and adapter; the adapter is None without a separator."""
        base, separator, adapter = selector.partition(self.adapter_separator)
        return base, adapter if separator else None

    def adapter_name_is_legal(self, name: str) -> bool:
        """Tell whether a name could be an adapter's."""
        return re.fullmatch(self.adapter_pattern, name) is not None

    def cost(self, prompt_tokens: int, completion_tokens: int) -> int:
        """Return the price of a call in nano-USD, exact."""
        return prompt_tokens * self.input_price + completion_tokens * self.output_price
