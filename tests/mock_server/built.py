"""What the model builder wrote of one tiny Gemma, and what Hugging Face and PEFT say with it.

Made and recorded by `scripts/write_builder_folders.py`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BUILDER = Path(__file__).parent / "gemma" / "builder"
PEFT = BUILDER / "peft"
"""The adapter `one` as PEFT itself saved it."""
VARIETIES = ["fp32_cpu", "int4_cpu", "int8_cpu", "fp16_cuda", "int4_dml"]


@dataclass(frozen=True)
class Recorded:
    """One greedy answer of Hugging Face, or with an adapter of PEFT."""

    voice: str
    """`base` or the name of an adapter."""
    messages: list[dict[str, str]]
    prompt: list[int]
    ids: list[int]
    """The end token included, where it came before the ceiling."""
    text: str
    logprobs: list[float]
    """Of each id, to four places."""


RECORDED = [Recorded(**one) for one in json.loads((BUILDER / "reference.json").read_text("utf-8"))]
CAP = max(len(one.ids) for one in RECORDED)


def of(voice: str) -> list[Recorded]:
    """The answers of one voice."""
    return [one for one in RECORDED if one.voice == voice]


def unwatched(what: str, size: int) -> Callable[[int], object]:
    """Watch long work without a word."""
    return lambda done: None
