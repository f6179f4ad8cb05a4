"""llm: the command, with the mock in its `extra-openai-models.yaml`.

Its library is the same code; what is run is the program that people type.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LISTED = """
- {{model_id: gemma, model_name: "{model}", api_base: "{base}", api_key_name: gonogo}}
- {{model_id: busy, model_name: "{model}", api_base: "{busy}", api_key_name: gonogo}}
- {{model_id: nobody, model_name: no/such, api_base: "{base}", api_key_name: gonogo}}
- {{model_id: text, model_name: "{model}", api_base: "{base}", api_key_name: gonogo,
   completion: true}}
- {{model_id: agent, model_name: "{model}", api_base: "{base}", api_key_name: gonogo,
   supports_tools: true}}
"""


@pytest.fixture
def home(tmp_path: Path, model: str, busy: str) -> Path:
    base = os.environ["OPENAI_BASE_URL"]
    listed = LISTED.format(model=model, base=base, busy=busy)
    (tmp_path / "extra-openai-models.yaml").write_text(listed, encoding="utf-8")
    keys = {"gonogo": os.environ["OPENAI_API_KEY"]}
    (tmp_path / "keys.json").write_text(json.dumps(keys), encoding="utf-8")
    return tmp_path


def llm(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "llm", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "LLM_USER_PATH": str(home)},
        timeout=60,
        check=False,
    )


def ask(home: Path, *words: str, model: str = "gemma") -> subprocess.CompletedProcess[str]:
    return llm(home, "-m", model, "-o", "temperature", "0", *words)


def test_chat(home: Path) -> None:
    answer = ask(home, "Hello!", "--no-stream")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()
    (kept,) = json.loads(llm(home, "logs", "--json").stdout)
    assert kept["output_tokens"] > 0
    assert kept["response_json"]["choices"][0]["finish_reason"] == "stop"


def test_stream(home: Path) -> None:
    assert ask(home, "Hello!").stdout == ask(home, "Hello!", "--no-stream").stdout != ""


def test_usage_in_stream(home: Path) -> None:
    streamed, whole = ask(home, "Hello!", "-u"), ask(home, "Hello!", "-u", "--no-stream")
    counts = [each.stderr.partition(" output")[0] for each in (streamed, whole)]
    assert counts[0] == counts[1]
    assert "Token usage: 1" in counts[0]


def test_length(home: Path) -> None:
    ask(home, "Hello!", "-o", "max_tokens", "3", "--no-stream")
    (kept,) = json.loads(llm(home, "logs", "--json").stdout)
    assert kept["output_tokens"] == 3


def test_text_completion(home: Path) -> None:
    answer = ask(home, "Once", "-o", "max_tokens", "5", "--no-stream", model="text")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()


def test_tools_refused(home: Path) -> None:
    answer = ask(home, "-T", "llm_time", "What time is it?", model="agent")
    assert answer.returncode == 1
    assert "'tools' asks for something this model cannot do" in answer.stderr


def test_wrong_key(home: Path) -> None:
    answer = ask(home, "Hello!", "--key", "sk-nobody")
    assert answer.returncode == 1
    assert "The API key is not valid" in answer.stderr


def test_unknown_model(home: Path) -> None:
    answer = ask(home, "Hello!", model="nobody")
    assert answer.returncode == 1
    assert "'no/such' does not exist" in answer.stderr


def test_empty_wallet(home: Path, poor: str) -> None:
    answer = ask(home, "Hello!", "--key", poor)
    assert answer.returncode == 1
    assert "402" in answer.stderr


def test_limit_waited_out(home: Path) -> None:
    answer = ask(home, "llm, patiently", model="busy")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()
