"""The gemma engine is made, or refused in one sentence; it leaves nothing behind."""

import json
from pathlib import Path

import pytest

from mock_server import engines
from mock_server.gemma.folder import Folder
from mock_server.tokens import Tokens
from tests.mock_server.engines.test_gemma import answer, make
from tests.mock_server.tiny import write_tiny


def test_no_file_is_left_in_the_cache_folder(tiny: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    engine = make(tiny)
    answer(engine)
    engine.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"provider": "tpu"}, r"there is no provider tpu; there are: cpu, cuda, dml"),
        ({"provider": "cuda"}, r"^cuda: .*[Cc]uda"),
        ({"provider": "dml"}, r"^dml: .*DML"),
        ({"provider": "dml", "adapters": {"a": "b"}}, r"prepare --baked"),
        ({"model_dir": "nowhere"}, r"there is no folder nowhere"),
        ({"adapters": {"a": Path("nowhere")}}, r"^nowhere is neither a PEFT folder nor"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(tiny: Path, options: dict, sentence: str):
    with pytest.raises(engines.EngineError, match=sentence) as caught:
        engines.build("gemma", Tokens.load(), {"model_dir": tiny, **options})
    assert "/" not in str(caught.value).replace("'gonogo[", "")
    assert "\n" not in str(caught.value)


def test_a_model_that_cannot_be_loaded_is_one_sentence(tmp_path: Path):
    folder = write_tiny(tmp_path / "mine")
    (folder / "gonogo.json").unlink()
    (folder / "model.onnx").write_bytes(b"nonsense")
    with pytest.raises(engines.EngineError, match=r"^cpu: ") as caught:
        make(folder)
    assert str(tmp_path) not in str(caught.value)
    assert Folder.open(folder).slots == ()


def test_a_context_below_the_contracts_is_refused(tmp_path: Path):
    folder = write_tiny(tmp_path / "mine")
    changed(folder, context_length=2048)
    with pytest.raises(engines.EngineError, match=r"^mine has a context of 2048 tokens; .* 4096"):
        make(folder)


def test_a_tokenizer_beyond_the_models_vocabulary_is_refused(tmp_path: Path):
    folder = write_tiny(tmp_path / "mine")
    changed(folder, vocab_size=2000)
    with pytest.raises(engines.EngineError, match=r"ids up to 2047; the model knows 2000"):
        make(folder)


def changed(folder: Path, **changes: object) -> None:
    path = folder / "genai_config.json"
    document = json.loads(path.read_text())
    document["model"] |= changes
    path.write_text(json.dumps(document))
    (folder / "gonogo.json").unlink()
