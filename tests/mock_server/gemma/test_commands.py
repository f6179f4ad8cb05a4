"""`gonogo-mock prepare` from the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import main
from mock_server.gemma import commands
from mock_server.tokens import SHIPPED

BUILDER = Path(__file__).parent / "builder"


def test_prepare_says_what_to_type_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(commands, "WORTH_A_BAR", 0)
    words = ["prepare", str(BUILDER / "int4_cpu"), str(tmp_path / "mine")]
    words += ["--tokenizer", str(SHIPPED), "--adapter", f"one={BUILDER / 'peft'}"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "10 places for adapters, 1 adapters" in result.output
    assert f"gonogo-mock serve --engine gemma --model-dir {tmp_path / 'mine'}" in result.output


@pytest.mark.parametrize("adapter", ["one", "=x", "a/b=x"])
def test_an_adapter_needs_a_legal_name_and_a_path(tmp_path: Path, adapter: str):
    words = ["prepare", str(BUILDER / "int4_cpu"), str(tmp_path / "mine"), "--adapter", adapter]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "--adapter takes NAME=PATH" in result.output


def test_what_cannot_be_prepared_is_exit_code_2(tmp_path: Path):
    result = CliRunner().invoke(main, ["prepare", str(tmp_path / "a"), str(tmp_path / "b")])
    assert result.exit_code == 2
    assert result.output == "Error: there is no folder a\n"
