"""The fixture `gonogo_mock`: a mock of a test's own, also under xdist, and what it tells."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin in a folder of its own."""
    plugins = ("-p", "mock_server.plugin", "-p", "xdist", "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-q", "-rA", *arguments],
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if "OPENAI" not in name},
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


TESTS = """
import json, os, urllib.error, urllib.request
import pytest
from mock_server.testing import MockRefused

def post(stream=False, **members):
    body = {"model": "google/gemma-7b-it-lora", "messages": [{"role": "user", "content": "hi"}]}
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions",
        json.dumps({**body, "stream": stream, **members}).encode(),
        {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"],
         "content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()

def test_replies_in_order(gonogo_mock):
    gonogo_mock.script({"status": 503, "times": 2}, {"text": "fine"})
    assert [post()[0] for _ in range(4)] == [503, 503, 200, 200]
    assert [call["step"] for call in gonogo_mock.journal] == ["step 1"] * 3 + [None]
    gonogo_mock.reset()
    assert post()[0] == 503

def test_state_is_a_tests_own(gonogo_mock):
    assert gonogo_mock.journal == []
    assert post()[0] == 200

def test_a_script_of_a_file_of_a_text_and_of_data(gonogo_mock, tmp_path):
    file = tmp_path / "x.toml"
    file.write_text("[[steps]]\\nreply = {text = 'from a file'}")
    for told in (file, "[[steps]]\\nreply = {text = 'from a file'}",
                 {"steps": [{"reply": {"text": "from a file"}}]}):
        gonogo_mock.script(told)
        assert "from a file" in post()[1]
    gonogo_mock.script({"text": "once"})
    assert "once" in post()[1] and "once" not in post()[1]

def test_two_addresses(gonogo_mock, monkeypatch):
    gonogo_mock.script({"steps": [{"reply": {"status": 503}}]}, name="broken")
    assert post()[0] == 200
    monkeypatch.setenv("OPENAI_BASE_URL", gonogo_mock.at("broken"))
    assert post()[0] == 503

def test_why(gonogo_mock):
    gonogo_mock.script({"steps": [{"match": {"stream": True}, "reply": {"status": 503}}]})
    post()
    (step,) = gonogo_mock.explain()["steps"]
    assert step["against"][0]["condition"] == "match.stream"

def test_wallet(gonogo_mock):
    before = gonogo_mock.wallet.balance
    post()
    assert before - gonogo_mock.wallet.balance == gonogo_mock.wallet.charged > 0
    gonogo_mock.wallet.set("0.001")
    assert gonogo_mock.wallet.balance == 1_000_000
    gonogo_mock.wallet.drain()
    assert (post()[0], gonogo_mock.wallet.balance, gonogo_mock.wallet.held) == (402, 0, 0)

def test_card(gonogo_mock):
    gonogo_mock.script({"status": 429, "retry_after": 5}, {"status": 400})
    post(), post(), post()
    card = gonogo_mock.card
    assert card.failed
    assert card.marks["retry.after-kept"] == card.marks["retry.refused-left-alone"] == "FAIL"
    assert "at least 5.00 s after the 429" in str(card)

@pytest.mark.gonogo_mock(keys=("sk-mine",), pace={"first_token": "1ms"}, variants=("pretty",))
def test_marked(gonogo_mock, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    assert "\\n  " in post()[1]
    assert gonogo_mock.journal[0]["account"] == "key-1"

def test_refused(gonogo_mock):
    with pytest.raises(MockRefused, match="Did you mean 'status'"):
        gonogo_mock.script({"statu": 1})
    with pytest.raises(MockRefused, match="say a script"):
        gonogo_mock.script()

@pytest.mark.gonogo_mock(faults=("no.such",))
def test_cannot_start(gonogo_mock):
    raise AssertionError("it was started")
"""


def test_the_fixture_does_what_tests_need_of_it_under_xdist(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    done = pytest_in(tmp_path, "-n", "2")
    assert "9 passed, 1 error" in done.stdout, done.stdout
    assert "gonogo_mock cannot be started: there is no fault 'no.such'" in done.stdout
    assert "During handling" not in done.stdout


def test_the_example_of_the_documentation_passes() -> None:
    done = pytest_in(ROOT, "examples")
    assert "2 passed" in done.stdout, done.stdout
    page = (ROOT / "docs" / "mock.md").read_text(encoding="utf-8")
    shown = [one for one in re.findall(r"```python\n(.*?)```", page, re.S) if "gonogo_mock" in one]
    example = (ROOT / "examples" / "test_retries.py").read_text(encoding="utf-8")
    assert shown
    assert all(one in example for one in shown)


def test_a_test_that_asks_for_no_mock_imports_none(tmp_path: Path) -> None:
    text = "import sys\ndef test_it():\n    assert 'uvicorn' not in sys.modules\n"
    (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
    done = pytest_in(tmp_path)
    assert "1 passed" in done.stdout, done.stdout


def test_the_installation_brings_the_plugin_under_the_name_of_its_module() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"mock_server.plugin" = "mock_server.plugin"' in project


@pytest.mark.parametrize("missing", ["uvicorn", "orjson"])
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    tmp_path: Path, missing: str
) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(gonogo_mock):\n    pass\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        f"import sys\nsys.modules[{missing!r}] = None\n", encoding="utf-8"
    )
    done = pytest_in(tmp_path)
    assert (
        f"gonogo_mock needs {missing}; install it with: pip install 'gonogo[mock]'" in done.stdout
    )
