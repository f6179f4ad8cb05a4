"""The command `gonogo-mock`: what it prints, and how it refuses to start."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import main


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mock_server", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_start_up_prints_the_lines_a_client_needs_and_stops_when_told() -> None:
    with start() as process:
        assert process.stdout is not None
        lines = dict(process.stdout.readline().strip().split("=", 1) for _ in range(4))
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=20)
    assert lines["OPENAI_BASE_URL"].startswith("http://127.0.0.1:")
    assert lines["OPENAI_BASE_URL"].endswith("/v1")
    assert lines["OPENAI_API_KEY"] == "sk-aig-mock"
    assert lines["GONOGO_CONTROL_URL"].endswith("/__gonogo__/")
    assert len(lines["GONOGO_CONTROL_TOKEN"]) >= 20
    assert "Traceback" not in words


def test_ready_json_is_one_line_for_programs() -> None:
    with start("--ready-json", "--fault", "stream.done-last") as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        process.terminate()
        process.communicate(timeout=20)
    assert ready["base_url"] == f"http://127.0.0.1:{ready['port']}/v1"
    assert ready["pid"] == process.pid
    assert ready["api_key"]
    assert ready["inspector_url"].endswith(f"/__gonogo__/#{ready['control_token']}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fault", "stream.done-lost"], "Did you mean 'stream.done-last'"),
        (["--variant", "cflf"], "Did you mean 'crlf'"),
        (["--engine", "seeder"], "did you mean 'seeded'"),
        (["--tokenizer", "nowhere.json"], "nowhere.json"),
        (["--port", "70000"], "cannot listen on 127.0.0.1 port 70000"),
        (["--host", "no.such.host.invalid"], "cannot listen on no.such.host.invalid"),
        (["--portt", "1"], "--port"),
        (["--port", "x"], "not a valid integer"),
    ],
)
def test_what_cannot_start_says_why_in_a_sentence_and_exits_2(
    arguments: list[str], words: str
) -> None:
    result = CliRunner().invoke(main, ["serve", "--port", "0", *arguments])
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output
    assert str(Path.cwd()) not in result.output


@pytest.mark.parametrize("library", ["orjson", "uvicorn", "tokenizers"])
def test_a_missing_library_is_named_with_the_command_that_installs_it(library: str) -> None:
    code = f"import sys; sys.modules[{library!r}] = None\n"
    code += "from mock_server.cli import main; main(['serve', '--port', '0'])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert result.returncode == 2
    assert library in result.stderr
    assert "pip install 'gonogo[mock]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_busy_port_is_named() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--port", str(port)])
    assert result.exit_code == 2
    assert f"cannot listen on 127.0.0.1 port {port}: {os.strerror(98)}" in result.output


@pytest.mark.parametrize("option", ["--list-faults", "--list-variants"])
def test_behaviours_are_listed_with_what_they_do(option: str) -> None:
    result = CliRunner().invoke(main, ["serve", option])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert len(lines) >= 20
    assert all(len(line.split(None, 1)) == 2 for line in lines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workers", "2"], "--workers 2 needs a state that processes share"),
        (["--workers", "0"], "0 is not in the range"),
        (["--state", "disk"], "there is no state 'disk'"),
        (["--state", "redis://127.0.0.1:1/0"], "--state: Redis does not answer"),
        (["--state", "redis://127.0.0.1:1/0", "--workers", "3"], "--state: Redis does not answer"),
        (["--lease", "0"], "0 is not in the range"),
        (["--keys", "nowhere.toml"], "--keys: cannot read nowhere.toml: No such file"),
    ],
)
def test_accounts_and_state_that_cannot_be_are_told_before_anything_is_served(
    arguments: list[str], words: str
) -> None:
    result = CliRunner().invoke(main, ["serve", "--port", "0", *arguments])
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output
