"""Folders that the GenAI model builder wrote become servable, and equal Hugging Face and PEFT."""

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from mock_server.gemma.folder import Folder
from mock_server.gemma.job import Job
from mock_server.gemma.native import NativeModel
from mock_server.gemma.prepare import PrepareError, prepare
from mock_server.tokens import SHIPPED
from tests.mock_server.built import BUILDER, PEFT, VARIETIES, Recorded, of, unwatched

ROUNDED = 0.05
"""Nats that half precision and another order of sums may move a token's logprob."""


def made(source: Path, destination: Path, **options: object) -> Folder:
    chosen = {"adapters": {}, "watch": unwatched, **options}
    return prepare(source, destination, **chosen)  # type: ignore[arg-type]


def greedy(model: NativeModel, one: Recorded, adapter: str | None = None) -> list[int]:
    sequence = model.start(Job(1, one.prompt, len(one.ids), [], adapter=adapter))
    sequence.read(one.prompt)
    return [sequence.step()[0] for _ in one.ids]


def likely(model: NativeModel, voice: str, adapter: str | None = None) -> list[float]:
    """How likely the model holds each recorded token, given those before it."""
    found: list[float] = []
    for one in of(voice):
        for place, due in enumerate(one.ids):
            known = [*one.prompt, *one.ids[:place]]
            sequence = model.start(Job(1, known, 1, [], adapter=adapter, bias={due: 1e4}, top=0))
            sequence.read(known)
            token, logprob, _ = sequence.step()
            assert token == due
            assert logprob is not None
            found.append(logprob)
    return found


def recorded(voice: str) -> list[float]:
    return [logprob for one in of(voice) for logprob in one.logprobs]


@pytest.fixture(params=VARIETIES)
def source(request: pytest.FixtureRequest) -> Path:
    return BUILDER / request.param


def test_the_base_is_what_it_was_and_the_adapter_acts(source: Path, tmp_path: Path):
    folder = made(source, tmp_path / "mine", adapters={"one": PEFT})
    assert folder.adapters is not None
    before, model = NativeModel(source), NativeModel(folder.path)
    model.load(folder.adapters["one"], "one")
    # On the CPU, float16 is rounded wherever the runtime puts a conversion between two nodes.
    assert likely(model, "one") == pytest.approx(likely(before, "one"), abs=ROUNDED * folder.half)
    adapted = likely(model, "one", "one")
    assert max(map(abs, np.subtract(adapted, likely(model, "one")))) > 20 * ROUNDED
    baked = made(source, tmp_path / "baked", baked=PEFT)
    assert baked.slots == ()
    assert likely(NativeModel(baked.path), "one") == pytest.approx(adapted, abs=ROUNDED)


@pytest.mark.parametrize(("variety", "near"), [("fp32_cpu", 0.005), ("fp16_cuda", ROUNDED)])
def test_floats_are_near_hugging_face_and_peft(tmp_path: Path, variety: str, near: float):
    folder = made(BUILDER / variety, tmp_path / "mine", adapters={"one": PEFT})
    model = NativeModel(folder.path)
    model.load(tmp_path / "mine/adapters/one.onnx_adapter", "one")
    assert likely(model, "base") == pytest.approx(recorded("base"), abs=near)
    assert likely(model, "one", "one") == pytest.approx(recorded("one"), abs=near)


def test_float32_equals_hugging_face_and_peft_token_by_token(tmp_path: Path):
    folder = made(BUILDER / "fp32_cpu", tmp_path / "mine", adapters={"one": PEFT})
    model = NativeModel(folder.path)
    model.load(tmp_path / "mine/adapters/one.onnx_adapter", "one")
    for one in of("base"):
        assert greedy(model, one) == one.ids
    for one in of("one"):
        assert greedy(model, one, "one") == one.ids


def test_what_a_folder_needs_to_know_is_in_its_manifest(source: Path, tmp_path: Path):
    folder = made(source, tmp_path / "mine")
    assert folder.half == (source.name in ("fp16_cuda", "int4_dml"))
    assert folder.kv_bytes == 2 * 2 * 2 * 16 * (2 if folder.half else 4)
    widths = {slot.name.rpartition(".")[2]: (slot.inputs, slot.outputs) for slot in folder.slots}
    assert widths["down_proj"] == (64, 32)


def test_all_that_the_builder_wrote_comes_along(source: Path, tmp_path: Path):
    folder = made(source, tmp_path / "mine")
    for path in source.iterdir():
        if path.suffix != ".onnx":
            assert (folder.path / path.name).read_bytes() == path.read_bytes()


def test_a_tokenizer_of_ones_own_takes_the_place_of_the_builders(tmp_path: Path):
    folder = made(BUILDER / "int4_cpu", tmp_path / "mine", tokenizer=SHIPPED)
    assert (folder.path / "tokenizer.json").read_bytes() == SHIPPED.read_bytes()


def test_weights_are_linked_and_all_else_is_not(tmp_path: Path):
    source = tmp_path / "theirs"
    shutil.copytree(BUILDER / "int4_cpu", source)
    before = (source / "model.onnx").read_bytes()
    made(source, tmp_path / "mine")
    for path in source.iterdir():
        linked = os.path.samefile(path, tmp_path / "mine" / path.name)
        assert linked is (path.name == "model.onnx.data")
    assert (source / "model.onnx").read_bytes() == before


def refusal(source: Path, destination: Path, **options: object) -> str:
    before = set(destination.parent.iterdir())
    with pytest.raises(PrepareError) as caught:
        made(source, destination, **options)
    assert set(destination.parent.iterdir()) == before
    assert str(destination.parent) not in str(caught.value)
    return str(caught.value)


def test_a_destination_that_exists_is_left_alone(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    assert refusal(BUILDER / "int4_cpu", tmp_path / "mine").startswith("mine exists already")


def test_no_source(tmp_path: Path):
    assert refusal(tmp_path / "theirs", tmp_path / "mine") == "there is no folder theirs"


def test_a_source_the_builder_did_not_write(tmp_path: Path):
    (tmp_path / "theirs").mkdir()
    assert "onnxruntime_genai.models.builder" in refusal(tmp_path / "theirs", tmp_path / "mine")


def test_no_tokenizer(tmp_path: Path):
    shutil.copytree(BUILDER / "int4_cpu", tmp_path / "theirs")
    (tmp_path / "theirs/tokenizer.json").unlink()
    said = refusal(tmp_path / "theirs", tmp_path / "mine")
    assert said == "theirs has no tokenizer.json; name Gemma's with --tokenizer"


def test_a_tokenizer_that_is_none(tmp_path: Path):
    said = refusal(BUILDER / "int4_cpu", tmp_path / "mine", tokenizer=BUILDER / "reference.json")
    assert said.startswith("reference.json is not a tokenizer.json")


def test_a_folder_that_was_prepared_already(tmp_path: Path):
    made(BUILDER / "int4_cpu", tmp_path / "first")
    said = refusal(tmp_path / "first", tmp_path / "mine")
    assert said == "model.onnx takes adapters already; serve the folder as it is"


def test_a_graph_that_is_none(tmp_path: Path):
    shutil.copytree(BUILDER / "int4_cpu", tmp_path / "theirs")
    (tmp_path / "theirs/model.onnx").write_bytes(b"\xff\xff")
    assert refusal(tmp_path / "theirs", tmp_path / "mine") == "model.onnx is not an ONNX graph"


@pytest.mark.parametrize("kept", [None, 1000])
def test_a_graph_without_its_weights(tmp_path: Path, kept: int | None):
    shutil.copytree(BUILDER / "int4_cpu", tmp_path / "theirs")
    data = tmp_path / "theirs/model.onnx.data"
    whole = data.read_bytes()
    data.unlink()
    if kept:
        data.write_bytes(whole[:kept])
    said = refusal(tmp_path / "theirs", tmp_path / "mine")
    due = f"needs {len(whole)} bytes of model.onnx.data, which are not beside it"
    assert said == f"model.onnx {due}"


@pytest.mark.parametrize(("context", "copied"), [(4096, True), (2048, False)])
def test_weights_are_copied_where_no_disk_links_them_but_not_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: int, copied: bool
):
    def linkless(self: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "another disk")

    def watch(what: str, size: int) -> Callable[[int], object]:
        told.append(what)
        return lambda done: None

    told: list[str] = []
    monkeypatch.setattr(Path, "hardlink_to", linkless)
    shutil.copytree(BUILDER / "int4_cpu", tmp_path / "theirs")
    path = tmp_path / "theirs/genai_config.json"
    path.write_text(path.read_text().replace("4096", str(context)))
    with contextlib.nullcontext() if copied else pytest.raises(PrepareError):
        made(tmp_path / "theirs", tmp_path / "mine", watch=watch)
    assert ("copying model.onnx.data" in told) is copied


def test_weights_that_are_linked_from_elsewhere_are_brought_along(tmp_path: Path):
    shutil.copytree(BUILDER / "int4_cpu", tmp_path / "theirs")
    data = tmp_path / "theirs/model.onnx.data"
    data.rename(tmp_path / "blob")
    data.symlink_to(tmp_path / "blob")
    made(tmp_path / "theirs", tmp_path / "mine")
    brought = tmp_path / "mine/model.onnx.data"
    assert not brought.is_symlink()
    assert brought.read_bytes() == (tmp_path / "blob").read_bytes()


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (None, "theirs/genai_config.json lacks 'model'"),
        ({"type": "llama"}, "theirs holds a model of type llama; only Gemma is served"),
        (
            {"context_length": 2048},
            "theirs has a context of 2048 tokens; the contract promises 4096",
        ),
        (
            {"vocab_size": 2000},
            "theirs/tokenizer.json has ids up to 2047; the model knows 2000 ids",
        ),
        ({"context_length": "long"}, "theirs/genai_config.json lacks a context_length that can be"),
        ({"decoder": {}}, "theirs/genai_config.json lacks 'filename'"),
        ({"decoder": {"filename": "no.onnx"}}, "theirs/genai_config.json lacks 'num_hidden"),
    ],
)
def test_settings_that_lack_something(tmp_path: Path, model: dict | None, said: str):
    shutil.copytree(BUILDER / "int4_cpu", tmp_path / "theirs")
    path = tmp_path / "theirs/genai_config.json"
    document = json.loads(path.read_text())
    if model is None:
        del document["model"]
    else:
        document["model"] |= model
    path.write_text(json.dumps(document))
    assert refusal(tmp_path / "theirs", tmp_path / "mine").startswith(said)


def test_settings_without_heads(tmp_path: Path):
    shutil.copytree(BUILDER / "int4_cpu", tmp_path / "theirs")
    path = tmp_path / "theirs/genai_config.json"
    document = json.loads(path.read_text())
    del document["model"]["decoder"]["num_attention_heads"]
    path.write_text(json.dumps(document))
    said = refusal(tmp_path / "theirs", tmp_path / "mine")
    assert said == "theirs/genai_config.json lacks 'num_attention_heads'"


def test_a_graph_without_the_builders_projections(tmp_path: Path):
    shutil.copytree(BUILDER / "int4_cpu", tmp_path / "theirs")
    path = tmp_path / "theirs/model.onnx"
    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        node.name = node.name.replace("layers", "blocks")
    path.write_bytes(model.SerializeToString())
    assert "none of the builder's projections" in refusal(tmp_path / "theirs", tmp_path / "mine")


def test_an_adapter_that_does_not_fit(tmp_path: Path):
    said = refusal(BUILDER / "int4_cpu", tmp_path / "mine", adapters={"one": tmp_path / "nowhere"})
    assert said.startswith("nowhere is neither a PEFT folder nor")


def test_adapters_beside_a_baked_one(tmp_path: Path):
    said = refusal(BUILDER / "int4_cpu", tmp_path / "mine", adapters={"a": PEFT}, baked=PEFT)
    assert said.startswith("a baked folder takes no other adapters")
