"""The shipped model in float16, as a graphics card takes it: here its graph is run on the CPU."""

import json
from pathlib import Path

from mock_server.gemma.adapter import convert
from mock_server.gemma.folder import Folder
from mock_server.gemma.half import halved
from mock_server.gemma.job import Job
from mock_server.gemma.native import NativeModel
from mock_server.tokens import Tokens

RECORDED = json.loads((Path(__file__).parent / "parity.json").read_text(encoding="utf-8"))
WORDS = 8
"""Tokens within which float16 does not lose its way."""


def test_a_twin_in_float16_begins_every_answer_alike(tmp_path: Path):
    shipped = Folder.open()
    folder = halved(shipped, tmp_path / "half")
    assert folder.half
    assert folder.kv_bytes * 2 == shipped.kv_bytes
    assert folder.slots == shipped.slots
    model, tokens = NativeModel(folder.path), Tokens.load()
    for name, source in (folder.adapters or {}).items():
        made = tmp_path / f"{name}.onnx_adapter"
        convert(source, folder.slots, folder.half, made)
        model.load(made, name)
    alike = 0
    for one in RECORDED:
        ids = tokens.prompt_ids([("user", one["prompt"])])
        sequence = model.start(Job(1, ids, WORDS, [], adapter=one["adapter"]))
        sequence.read(ids)
        due = one["ids"][:WORDS]
        alike += [sequence.step()[0] for _ in due] == due
    assert alike >= len(RECORDED) * 0.95
