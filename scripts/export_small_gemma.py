"""Exports checkpoints of the training into the shipped folder: int8 base, PEFT adapters.

Knows file names on both sides; nothing of how the weights came to be.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from small_gemma import Shape as Trained

sys.path.insert(0, str(Path(__file__).parent.parent))
import onnx

from mock_server.gemma.folder import SHIPPED, config, write_manifest
from mock_server.gemma.graph import build, rounded
from mock_server.gemma.shape import Shape
from mock_server.gemma.weights import Weights, write_safetensors
from mock_server.tokens import Tokens

ADAPTERS = ("pirate", "json")
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def shape() -> Shape:
    """The trained shape, in the words of the server."""
    small = Trained()
    return Shape(
        vocabulary=small.vocabulary,
        hidden=small.hidden,
        layers=small.layers,
        heads=small.heads,
        key_heads=small.heads,
        head_size=small.head_size,
        intermediate=small.intermediate,
        context=small.context,
        theta=small.theta,
        epsilon=small.epsilon,
    )


def base(checkpoints: Path, folder: Path) -> None:
    """Write the graph with the weights as int8 keeps them, and the settings."""
    state = torch.load(checkpoints / "base.pt")
    kept = {f"model.{name}": rounded(value.float().numpy()) for name, value in state.items()}
    weights = Weights(kept)
    onnx.save(build(shape(), weights, "int8"), str(folder / "model.onnx"))
    ends = sorted(Tokens.load().ends)
    text = json.dumps(config(shape(), ends), indent=1)
    (folder / "genai_config.json").write_text(text + "\n", encoding="utf-8")


def adapter(checkpoints: Path, folder: Path, name: str) -> bool:
    """Write one adapter as PEFT would, in float16; False where it was not trained."""
    if not (checkpoints / f"{name}.pt").exists():
        return False
    state = torch.load(checkpoints / f"{name}.pt")
    arrays = {}
    for key, value in state.items():
        for ours, theirs in (("lora_a", "lora_A"), ("lora_b", "lora_B")):
            if key.endswith(ours):
                module = key.removesuffix(f".{ours}")
                array = value.float().numpy().astype(np.float16)
                arrays[f"base_model.model.model.{module}.{theirs}.weight"] = array
    place = folder / "adapters" / name
    place.mkdir(parents=True, exist_ok=True)
    write_safetensors(place / "adapter_model.safetensors", arrays)
    settings = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "gonogo/small-gemma",
        "r": 8,
        "lora_alpha": 16,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "use_rslora": False,
        "inference_mode": True,
        "target_modules": PROJECTIONS,
    }
    text = json.dumps(settings, indent=1)
    (place / "adapter_config.json").write_text(text + "\n", encoding="utf-8")
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=SHIPPED)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    base(options.checkpoints, options.folder)
    found = [name for name in ADAPTERS if adapter(options.checkpoints, options.folder, name)]
    places = {name: f"adapters/{name}" for name in found}
    write_manifest(options.folder, tuple(shape().slots()), half=False, adapters=places)


if __name__ == "__main__":
    main()
