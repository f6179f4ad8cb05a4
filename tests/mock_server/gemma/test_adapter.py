"""Adapters are checked before the runtime sees them."""

import json
from pathlib import Path

import numpy as np
import pytest

from mock_server.gemma.adapter import AdapterError, convert, read, write
from mock_server.gemma.folder import Folder
from mock_server.gemma.shape import Slot
from mock_server.gemma.weights import write_safetensors
from tests.mock_server.tiny import TINY

SLOTS = tuple(TINY.slots())
QUERY = "model.layers.0.self_attn.q_proj"
DOWN = "model.layers.1.mlp.down_proj"
SETTINGS = {"peft_type": "LORA", "r": 2, "lora_alpha": 4}


def matrices(module: str = DOWN, inputs: int = 64, outputs: int = 32, rank: int = 2):
    hand = np.random.default_rng(1)
    return {
        f"base_model.model.{module}.lora_A.weight": hand.standard_normal((rank, inputs)).astype(
            "f"
        ),
        f"base_model.model.{module}.lora_B.weight": hand.standard_normal((outputs, rank)).astype(
            "f"
        ),
    }


def peft(folder: Path, tensors: dict[str, np.ndarray], **settings: object) -> Path:
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({**SETTINGS, **settings}))
    write_safetensors(folder / "adapter_model.safetensors", tensors)
    return folder


def converted(source: Path, slots: tuple[Slot, ...] = SLOTS, half: bool = False):
    made = source.parent / "made.onnx_adapter"
    convert(source, slots, half, made)
    return read(made)


def refusal(source: Path, slots: tuple[Slot, ...] = SLOTS) -> str:
    with pytest.raises(AdapterError) as caught:
        converted(source, slots)
    assert str(source.parent) not in str(caught.value)
    return str(caught.value)


def test_a_peft_adapter_is_turned_and_scaled(tmp_path: Path):
    tensors = matrices()
    a, b = tensors.values()
    found = converted(peft(tmp_path / "mine", tensors))
    assert set(found) == {f"{DOWN}.lora_A.weight", f"{DOWN}.lora_B.weight"}
    assert np.allclose(found[f"{DOWN}.lora_A.weight"], a.T)
    assert np.allclose(found[f"{DOWN}.lora_B.weight"], b.T * 2)


def test_projections_that_share_a_slot_stand_side_by_side(tmp_path: Path):
    tensors = {
        **matrices(QUERY, 32, 64),
        **matrices(QUERY.replace("q_proj", "v_proj"), 32, 32, rank=2),
    }
    found = converted(peft(tmp_path / "mine", tensors))
    x = np.random.default_rng(2).standard_normal(32).astype("f")
    slot = "model.layers.0.self_attn.qkv_proj"
    y = x @ found[f"{slot}.lora_A.weight"] @ found[f"{slot}.lora_B.weight"]
    names = list(tensors)
    query = 2 * tensors[names[1]] @ (tensors[names[0]] @ x)
    value = 2 * tensors[names[3]] @ (tensors[names[2]] @ x)
    assert np.allclose(y, np.concatenate([query, np.zeros(32), value]), atol=1e-5)


def test_rank_and_alpha_patterns_are_followed(tmp_path: Path):
    tensors = matrices(rank=4)
    source = peft(
        tmp_path / "mine",
        tensors,
        rank_pattern={"down_proj": 4},
        alpha_pattern={"down_proj": 2},
        use_rslora=True,
    )
    b = list(tensors.values())[1]
    assert np.allclose(converted(source)[f"{DOWN}.lora_B.weight"], b.T * 1.0)


def test_half_precision_graphs_get_half_precision_adapters(tmp_path: Path):
    found = converted(peft(tmp_path / "mine", matrices()), half=True)
    assert {array.dtype.name for array in found.values()} == {"float16"}


def test_an_onnx_adapter_is_taken_as_it_is(tmp_path: Path):
    first = converted(peft(tmp_path / "mine", matrices()))
    again = converted(tmp_path / "made.onnx_adapter")
    assert all((first[name] == again[name]).all() for name in first)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"peft_type": "IA3"}, "mine is of kind IA3; only LORA works"),
        ({"use_dora": True}, "mine uses DoRA (use_dora), which this server cannot"),
        ({"fan_in_fan_out": True}, "mine uses transposed weights"),
        ({"peft_type": ["LORA"]}, "mine is of kind ['LORA']; only LORA works"),
        ({"layer_replication": [[0, 1]]}, "mine uses replicated layers"),
        ({"init_lora_weights": "pissa"}, "mine was begun with pissa, which changes the base"),
        ({"r": None}, "mine/adapter_config.json: r must be a whole number from 1"),
        ({"r": 0}, "mine/adapter_config.json: r must be a whole number from 1"),
        ({"r": -2, "use_rslora": True}, "mine/adapter_config.json: r must be a whole number"),
        ({"r": "two"}, "mine/adapter_config.json: r must be a whole number from 1"),
        ({"r": True}, "mine/adapter_config.json: r must be a whole number from 1"),
        ({"r": 3}, f"{DOWN} has rank 2; the settings say 3"),
        ({"lora_alpha": [4]}, "mine/adapter_config.json: lora_alpha must be a number"),
        ({"lora_alpha": 1e300}, "mine/adapter_config.json: lora_alpha must be a number"),
        ({"rank_pattern": ["q"]}, "mine/adapter_config.json: rank_pattern must give numbers"),
        ({"rank_pattern": {"q": 0}}, "mine/adapter_config.json: rank_pattern must give ranks"),
        ({"alpha_pattern": {"q": "4"}}, "mine/adapter_config.json: alpha_pattern must give num"),
        (
            {"alpha_pattern": {"(": 4}},
            "mine/adapter_config.json: alpha_pattern: the pattern '(' is",
        ),
        (
            {"alpha_pattern": {r"(.)\1": 4}},
            "mine/adapter_config.json: alpha_pattern: the pattern '(.)\\\\1' looks around",
        ),
        (
            {"alpha_pattern": {"x" * 1001: 4}},
            "mine/adapter_config.json: alpha_pattern: the pattern",
        ),
    ],
)
def test_settings_that_cannot_be_served(tmp_path: Path, settings: dict, sentence: str):
    assert refusal(peft(tmp_path / "mine", matrices(), **settings)).startswith(sentence)


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        (dict(list(matrices().items())[:1]), f"mine: {DOWN} has only one of its two matrices"),
        (matrices("model.layers.9.mlp.down_proj"), "the adapter is for model.layers.9.mlp"),
        (matrices(inputs=63), f"{DOWN} of the adapter is 63 to 32; this model's is 64 to 32"),
        (matrices(outputs=31), f"{DOWN} of the adapter is 64 to 31; this model's is 64 to 32"),
        ({"lm_head.weight": np.zeros((2, 2), "f")}, "mine: tensor lm_head.weight is not a LoRA"),
        ({}, "mine holds no matrices"),
        (
            {**matrices(), f"base_model.model.{DOWN}.lora_A.weight": np.full((2, 64), np.nan, "f")},
            f"mine: {DOWN}.lora_A.weight holds values that are not numbers",
        ),
        (
            {**matrices(), f"base_model.model.{DOWN}.lora_A.weight": np.zeros((3, 64), "f")},
            f"the matrices of {DOWN} do not fit each other: (64, 3) and (2, 32)",
        ),
    ],
)
def test_tensors_that_do_not_fit(tmp_path: Path, tensors: dict, sentence: str):
    assert refusal(peft(tmp_path / "mine", tensors)).startswith(sentence)


def test_a_rank_beyond_reason(tmp_path: Path):
    source = peft(tmp_path / "mine", matrices(rank=600), r=600)
    assert refusal(source) == f"{DOWN} has rank 600; ranks from 1 to 512 work"


def test_a_folder_that_is_not_peft(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    assert refusal(tmp_path / "mine") == "mine has no adapter_config.json"
    (tmp_path / "mine" / "adapter_config.json").write_text(json.dumps(SETTINGS))
    assert "adapter_model.safetensors cannot be read" in refusal(tmp_path / "mine")


@pytest.mark.parametrize("keep", [0, 8, 100])
def test_a_damaged_onnx_adapter(tmp_path: Path, keep: int):
    converted(peft(tmp_path / "mine", matrices()))
    cut = tmp_path / "cut.onnx_adapter"
    cut.write_bytes((tmp_path / "made.onnx_adapter").read_bytes()[:keep])
    assert refusal(cut) == "cut.onnx_adapter is no .onnx_adapter file, or a damaged one"


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"no.such.name": np.zeros((2, 2), "f")}, "this model has no place for no.such.name"),
        ({f"{DOWN}.lora_A.weight": np.zeros((64, 2), "f")}, "has only one of its two matrices"),
        ({f"{DOWN}.lora_A.weight": np.zeros((64, 2), "i4")}, "is not a float matrix"),
    ],
)
def test_an_onnx_adapter_for_another_model(tmp_path: Path, arrays: dict, sentence: str):
    write(tmp_path / "other.onnx_adapter", arrays)
    assert sentence in refusal(tmp_path / "other.onnx_adapter")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 100_000, "\xff"])
def test_settings_that_are_no_object(tmp_path: Path, text: str):
    source = peft(tmp_path / "mine", matrices())
    (source / "adapter_config.json").write_bytes(text.encode("latin-1"))
    assert refusal(source).startswith("mine/adapter_config.json is not ")


def test_values_that_float16_cannot_hold(tmp_path: Path):
    source = peft(tmp_path / "mine", {name: one * 1e6 for name, one in matrices().items()})
    converted(source)
    with pytest.raises(AdapterError, match="holds values too large for float16"):
        converted(source, half=True)


def test_nothing_there(tmp_path: Path):
    assert refusal(tmp_path / "mine").startswith("mine is neither a PEFT folder nor")


def test_a_model_that_was_not_prepared(tmp_path: Path, tiny: Path):
    source = peft(tmp_path / "mine", matrices())
    assert Folder.open(tiny).slots == SLOTS
    assert "prepare it with gonogo-mock prepare" in refusal(source, ())
