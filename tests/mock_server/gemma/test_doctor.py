"""The doctor looks at packages and providers, and says what to type."""

from pathlib import Path

from click.testing import CliRunner

from mock_server.cli import main
from mock_server.gemma.doctor import Line, examine
from tests.mock_server.tiny import write_tiny


def said(versions: dict[str, str], folder: Path, reason: str | None = None) -> list[Line]:
    def attempt(path: Path, provider: str) -> str | None:
        return reason if provider != "cpu" else None

    return list(examine(folder, versions.get, attempt))


def texts(lines: list[Line], good: bool) -> str:
    return "\n".join(line.text for line in lines if line.good is good)


def test_a_sound_machine(tiny: Path):
    lines = said({"onnxruntime-genai": "0.18.0"}, tiny, "no such device")
    assert all(line.good for line in lines)
    assert "--provider cpu loads the model" in texts(lines, True)
    assert "--provider dml does not: no such device (pip install 'gonogo[gemma-directml]'" in texts(
        lines, True
    )


def test_no_runtime(tiny: Path):
    assert "pip install 'gonogo[gemma]'" in texts(said({}, tiny), False)


def test_two_runtimes_overwrite_each_other(tiny: Path):
    both = {"onnxruntime-genai": "0.18.0", "onnxruntime-genai-cuda": "0.18.0"}
    assert "pip uninstall onnxruntime-genai onnxruntime-genai-cuda" in texts(
        said(both, tiny), False
    )


def test_what_prepare_can_start_from(tiny: Path):
    some = {"onnxruntime-genai": "0.18.0", "torch": "2", "transformers": "5", "onnxscript": "1"}
    assert "weights need onnx-ir (pip install 'gonogo[builder]')" in texts(said(some, tiny), True)
    assert "prepare takes Hugging Face weights" in texts(said({**some, "onnx-ir": "1"}, tiny), True)


def test_a_folder_that_cannot_be_served(tmp_path: Path):
    lines = said({"onnxruntime-genai": "0.18.0"}, tmp_path / "mine")
    assert "there is no folder mine" in texts(lines, False)


def test_a_folder_that_the_contract_asks_too_much_of(tmp_path: Path):
    folder = write_tiny(tmp_path / "mine")
    path = folder / "genai_config.json"
    path.write_text(path.read_text().replace("4096", "256"))
    (folder / "gonogo.json").unlink()
    lines = said({"onnxruntime-genai": "0.18.0"}, folder)
    assert "mine has a context of 256 tokens; the contract promises 4096" in texts(lines, False)


def test_the_command_runs_the_real_thing(tiny: Path):
    result = CliRunner().invoke(main, ["doctor", "--model-dir", str(tiny)])
    assert result.exit_code == 0
    assert "ok  --provider cpu loads the model" in result.output
    assert "--provider cuda does not: cuda: " in result.output
    assert "8 places for adapters" in result.output


def test_the_command_says_no_with_its_exit_code(tmp_path: Path):
    result = CliRunner().invoke(main, ["doctor", "--model-dir", str(tmp_path / "mine")])
    assert result.exit_code == 1
    assert "NO  there is no folder mine" in result.output
