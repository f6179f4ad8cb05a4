"""`gonogo-mock prepare`, and what `serve` takes for the gemma engine, from the command line."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import main
from mock_server.gemma import commands
from mock_server.gemma.options import model_options
from tests.mock_server.built import BUILDER, PEFT, unwatched


def test_prepare_says_what_to_type_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(commands, "WORTH_A_BAR", 0)
    words = ["prepare", str(BUILDER / "int4_cpu"), str(tmp_path / "mine")]
    words += ["--adapter", f"one={PEFT}"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "10 places for adapters, 1 adapters" in result.output
    assert f"gonogo-mock serve --engine gemma --model-dir {tmp_path / 'mine'}" in result.output


def test_no_file_is_left_in_the_cache_folder(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(("ORT_", "CI"))}
    words = [sys.executable, "-m", "mock_server", "prepare", str(BUILDER / "int4_cpu")]
    words += [str(tmp_path / "mine"), "--adapter"]
    environment = {**quiet, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    subprocess.run([*words, f"one={PEFT}"], env=environment, check=True)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 1)]
)
def test_work_that_is_told_to_stop_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int
):
    def stopped(what: str, size: int) -> None:
        assert [path.name[:6] for path in tmp_path.iterdir()] == [".mine-"]
        signal.raise_signal(number)

    before = signal.getsignal(number)
    monkeypatch.setattr(commands, "_watch", stopped)
    words = ["prepare", str(BUILDER / "int4_cpu"), str(tmp_path / "mine")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == code
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("looks_on", [True, False])
def test_how_far_the_builder_is_is_shown_where_somebody_looks_on(
    monkeypatch: pytest.MonkeyPatch, looks_on: bool
):
    shown = io.BytesIO()
    stream = io.TextIOWrapper(shown)
    monkeypatch.setattr(stream, "isatty", lambda: looks_on, raising=False)
    monkeypatch.setattr("sys.stderr", stream)
    commands._aside(b"\r 40%")
    assert shown.getvalue() == (b"\r 40%" if looks_on else b"")


def test_a_hang_up_that_was_ignored_stays_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        monkeypatch.setattr(commands, "_watch", hung_up)
        words = ["prepare", str(BUILDER / "int4_cpu"), str(tmp_path / "mine")]
        assert CliRunner().invoke(main, words).exit_code == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def hung_up(what: str, size: int) -> Callable[[int], object]:
    signal.raise_signal(signal.SIGHUP)
    return unwatched(what, size)


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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "2"], "takes no --workers: every process would load the model again"),
        (["--room", "0"], "0.0 is not in the range"),
        (["--room", "much"], "'much' is not a valid float"),
        (["--line", "-1"], "-1 is not in the range"),
        (["--adapter", "one"], "--adapter takes NAME=PATH"),
        (["--model-dir", "nowhere"], "there is no folder nowhere"),
        (["--provider", "tpu"], "there is no provider tpu; there are: cpu, cuda, dml"),
    ],
)
def test_what_the_engine_cannot_take_is_told_before_anything_is_served(words: list[str], said: str):
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--engine", "gemma", *words])
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_another_engine_says_what_it_cannot_take():
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--room", "2"])
    assert result.exit_code == 2
    assert "the seeded engine has no option room" in result.output


def test_room_is_given_in_gibibytes_and_what_is_not_given_is_left_to_the_engine():
    given = {"model_dir": None, "adapters": ("a=b",), "provider": None, "room": 1.5, "line": 0}
    assert model_options(given) == {"adapters": {"a": Path("b")}, "room": 3 * 2**29, "line": 0}
