"""Reads what `PeftModel.save_pretrained` wrote, and refuses what would be served wrongly.

Knows PEFT's settings and names; no graph, no model and no runtime.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mock_server.gemma.weights import Array, WeightsError, read_safetensors
from mock_server.validation import Pattern

TENSOR = re.compile(r"(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.default)?\.weight")
SETTINGS, TENSORS = "adapter_config.json", "adapter_model.safetensors"
REFUSED = {
    "use_dora": "DoRA",
    "use_bdlora": "block-diagonal LoRA",
    "use_qalora": "QA-LoRA",
    "alora_invocation_tokens": "activated LoRA",
    "kasa_config": "KaSA",
    "velora_config": "VeLoRA",
    "monteclora_config": "MonteCLoRA",
    "arrow_config": "Arrow routing",
    "layer_replication": "replicated layers",
    "fan_in_fan_out": "transposed weights",
    "lora_bias": "biases",
}
LARGEST = 1e9
SETTINGS_LIMIT = 2**20
"""Bytes of the settings; PEFT writes a thousand."""
LONGEST = 300
"""Characters of a tensor's name."""
MOST_TENSORS = 10_000
MOST_PATTERNS, LONGEST_PATTERN = 1_000, 1_000
STARTS = (True, False, None, "gaussian", "eva", "orthogonal")
"""Ways to begin the training that leave the base as it is; others change it, and we have not."""


class PeftError(ValueError):
    """A PEFT folder that cannot be used, and why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two matrices of one projection: [inputs, rank] and [rank, outputs], scale included."""

    a: Array
    b: Array


Patterned = tuple[Pattern, float]


@dataclass(frozen=True, slots=True)
class _Scale:
    """How much of each projection's product is added."""

    rank: int
    alpha: float
    ranks: Sequence[Patterned]
    alphas: Sequence[Patterned]
    root: bool
    """Divide by the root of the rank, not by the rank."""

    def of(self, module: str, found: int) -> float:
        """The scale of a module whose matrices have the rank that was found."""
        rank = _patterned(self.ranks, module, self.rank)
        if rank != found:
            raise PeftError(f"{module} has rank {found}; the settings say {rank:g}")
        return _patterned(self.alphas, module, self.alpha) / (rank**0.5 if self.root else rank)


def read_peft(folder: Path) -> dict[str, Pair]:
    """Matrices by the projection's Hugging Face name; raises PeftError."""
    scale = _scale(_settings(folder), folder.name)
    try:
        tensors = read_safetensors(folder / TENSORS)
    except WeightsError as error:
        raise PeftError(f"{folder.name}: {error}") from None
    if len(tensors) > MOST_TENSORS:
        raise PeftError(f"{folder.name} holds over {MOST_TENSORS} tensors")
    sides: dict[str, dict[str, Array]] = {}
    for name, tensor in tensors.items():
        found = TENSOR.fullmatch(name) if len(name) <= LONGEST else None
        if found is None:
            raise PeftError(f"{folder.name}: tensor {name:.200} is not a LoRA matrix")
        if tensor.ndim != 2 or tensor.dtype.kind != "f":
            raise PeftError(f"{folder.name}: tensor {name:.200} is not a float matrix")
        with np.errstate(over="ignore"):
            # What becomes infinite is refused as such where all values are looked at.
            sides.setdefault(found[1], {})[found[2]] = tensor.astype(np.float32)
    pairs: dict[str, Pair] = {}
    for module, pair in sides.items():
        if len(pair) != 2:
            raise PeftError(f"{folder.name}: {module:.200} has only one of its two matrices")
        a, b = pair["A"].T, pair["B"].T
        if a.shape[1] != b.shape[0]:
            raise PeftError(
                f"the matrices of {module:.200} do not fit each other: {a.shape} and {b.shape}"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            pairs[module] = Pair(a, b * np.float32(scale.of(module, a.shape[1])))
    return pairs


def _settings(folder: Path) -> Mapping[str, Any]:
    where = f"{folder.name}/{SETTINGS}"
    try:
        path = folder / SETTINGS
        if not path.is_file():
            raise PeftError(f"{folder.name} has no {SETTINGS}")
        if path.stat().st_size > SETTINGS_LIMIT:
            raise PeftError(f"{where} is larger than {SETTINGS_LIMIT} bytes")
        settings = json.loads(path.read_text(encoding="utf-8"))
    except PeftError:
        raise
    except OSError as error:
        raise PeftError(f"{where} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise PeftError(f"{where} is not JSON") from None
    if not isinstance(settings, dict):
        raise PeftError(f"{where} is not a JSON object")
    if settings.get("peft_type") != "LORA":
        kind = str(settings.get("peft_type"))
        raise PeftError(f"{folder.name} is of kind {kind:.40}; only LORA works")
    for key, what in REFUSED.items():
        if settings.get(key):
            raise PeftError(f"{folder.name} uses {what} ({key}), which this server cannot")
    start = settings.get("init_lora_weights", True)
    if start not in STARTS:
        raise PeftError(
            f"{folder.name} was begun with {start!s:.40}, which changes the base; "
            "have PEFT convert it when it is saved (path_initial_model_for_weight_conversion)"
        )
    return settings


def _scale(settings: Mapping[str, Any], name: str) -> _Scale:
    where = f"{name}/{SETTINGS}"
    rank, alpha = _number(settings.get("r")), _number(settings.get("lora_alpha"))
    if rank is None or rank != int(rank) or rank < 1:
        raise PeftError(f"{where}: r must be a whole number from 1")
    if alpha is None:
        raise PeftError(f"{where}: lora_alpha must be a number")
    ranks = _patterns(settings.get("rank_pattern"), f"{where}: rank_pattern")
    alphas = _patterns(settings.get("alpha_pattern"), f"{where}: alpha_pattern")
    if any(value < 1 for _, value in ranks):
        raise PeftError(f"{where}: rank_pattern must give ranks from 1")
    return _Scale(int(rank), alpha, ranks, alphas, bool(settings.get("use_rslora")))


def _number(value: Any) -> float | None:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain and abs(value) < LARGEST else None


def _patterns(table: Any, where: str) -> list[Patterned]:
    if table is None:
        return []
    if not isinstance(table, dict) or len(table) > MOST_PATTERNS:
        raise PeftError(f"{where} must give numbers by module")
    found: list[Patterned] = []
    for text, value in table.items():
        number = _number(value)
        if number is None:
            raise PeftError(f"{where} must give numbers by module")
        found.append((_pattern(text, where), number))
    return found


def _pattern(text: str, where: str) -> Pattern:
    """What PEFT matches: the module's name, or a tail of it behind a dot."""
    if len(text) > LONGEST_PATTERN:
        raise PeftError(f"{where}: the pattern {text!r:.80} is too long")
    try:
        Pattern(text)
        return Pattern(rf"^(.*\.)?({text})$")
    except ValueError as error:
        raise PeftError(f"{where}: the pattern {text!r:.80} {error}") from None


def _patterned(patterns: Sequence[Patterned], module: str, otherwise: float) -> float:
    """As PEFT does: the first expression that matches."""
    return next((value for pattern, value in patterns if pattern.found(module)), otherwise)
