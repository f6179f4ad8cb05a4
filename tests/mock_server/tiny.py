"""A random Gemma, written in a tenth of a second, for tests of everything but the text."""

import json
import os
import shutil
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnx

from mock_server.gemma.folder import config, write_manifest
from mock_server.gemma.graph import build
from mock_server.gemma.shape import Shape
from mock_server.gemma.weights import Weights
from mock_server.tokens import SHIPPED

TINY = Shape(
    vocabulary=2048, hidden=32, layers=2, heads=4, key_heads=2, head_size=16, intermediate=64
)


def write_tiny(folder: Path, precision: str = "fp32", seed: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(build(TINY, Weights.random(TINY, seed), precision), str(folder / "model.onnx"))
    (folder / "genai_config.json").write_text(json.dumps(config(TINY, [1, 5])))
    shutil.copy(SHIPPED, folder / "tokenizer.json")
    write_manifest(folder, tuple(TINY.slots()), half=precision == "fp16", adapters={})
    return folder
