"""A PEFT folder made of a seed and numpy alone, the same wherever it is made.

`scripts/write_builder_folders.py` has PEFT load what it writes and records what PEFT answers.
"""

import json
from pathlib import Path

import numpy as np

from mock_server.gemma.shape import Shape
from mock_server.gemma.weights import write_safetensors

RANK, ALPHA = 4, 8
SEEDS = {"one": 1, "two": 2}
"""Adapters that PEFT was asked with."""
STRENGTH = 0.3
"""Largest value of a matrix; about where a random base begins to speak otherwise."""


def write_peft(folder: Path, shape: Shape, seed: int) -> Path:
    """Write an adapter for every projection, in the names and settings of PEFT."""
    folder.mkdir(parents=True)
    # The older generator: its numbers are promised never to change between releases of numpy.
    hand = np.random.RandomState(seed)
    tensors = {}
    modules = [(slot.inputs, *part) for slot in shape.slots() for part in slot.parts]
    for inputs, module, outputs in modules:
        for side, size in (("A", (RANK, inputs)), ("B", (outputs, RANK))):
            drawn = hand.uniform(-STRENGTH, STRENGTH, size).astype(np.float32)
            tensors[f"base_model.model.{module}.lora_{side}.weight"] = drawn
    write_safetensors(folder / "adapter_model.safetensors", tensors)
    settings = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": None,
        "r": RANK,
        "lora_alpha": ALPHA,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "target_modules": sorted({module.rpartition(".")[2] for _, module, _ in modules}),
    }
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    return folder
