"""The shipped model answers as Hugging Face and PEFT do with the same weights, token by token.

The reference is recorded by `scripts/record_parity.py`, which also compares anew.
"""

import json
from pathlib import Path

import pytest

from mock_server.gemma.adapter import convert
from mock_server.gemma.folder import SHIPPED, Folder
from mock_server.gemma.job import Job
from mock_server.gemma.native import NativeModel
from mock_server.tokens import Tokens

RECORDED = json.loads((Path(__file__).parent / "parity.json").read_text(encoding="utf-8"))
TOKENS = Tokens.load()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> NativeModel:
    folder = Folder.open()
    loaded = NativeModel(SHIPPED)
    for name, source in (folder.adapters or {}).items():
        made = tmp_path_factory.mktemp("adapters") / f"{name}.onnx_adapter"
        convert(source, folder.slots, folder.half, made)
        loaded.load(made, name)
    return loaded


@pytest.mark.parametrize("adapter", [None, "pirate", "json"])
def test_greedy_answers_are_those_of_hugging_face(model: NativeModel, adapter: str | None):
    recorded = [one for one in RECORDED if one["adapter"] == adapter]
    assert len(recorded) >= 32
    for one in recorded:
        ids = TOKENS.prompt_ids([("user", one["prompt"])])
        sequence = model.start(Job(1, ids, len(one["ids"]), [], adapter=adapter))
        sequence.read(ids)
        made = [sequence.step()[0] for _ in one["ids"]]
        assert made == one["ids"], one["prompt"]
