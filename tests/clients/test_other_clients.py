"""Other people's clients get through the mock, and the documentation says how they were graded.

`make clients` installs them into an environment of their own and runs this.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import main

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
CLIENTS = Path(os.environ["GONOGO_CLIENTS"]).resolve()
PAGE = (ROOT / "docs" / "report-cards.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([\w.-]+)` ([\d.]+)(?: \(Node\))? \| (\w+) \| (\w+) \| (\w+) \|$", re.M)
TOLD = {(name, version): marks for name, version, *marks in ROW.findall(PAGE)}
PROGRAMS = {
    "langchain-openai": "ask_langchain.py",
    "litellm": "ask_litellm.py",
    "llm": "ask_llm.py",
    "pydantic-ai": "ask_pydantic_ai.py",
    "openai": "ask_openai.mjs",
}
NAMED = {"pydantic-ai": "pydantic-ai-slim"}
COLUMNS = ("stream.truncation-noticed", "stream.length-noticed")


def installed(name: str) -> str:
    """The version of a client, as its environment has it."""
    if PROGRAMS[name].endswith(".mjs"):
        told = json.loads((CLIENTS / "node_modules" / name / "package.json").read_text())
        return str(told["version"])
    (packages,) = CLIENTS.glob("lib/python*/site-packages")
    (found,) = metadata.distributions(name=NAMED.get(name, name), path=[str(packages)])
    return found.version


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_client_gets_through_the_mock_and_is_graded_as_documented(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = PROGRAMS[name]
    node = shutil.which("node")
    assert node is not None, "there is no node: apt-get install nodejs"
    runs = node if program.endswith(".mjs") else str(CLIENTS / "bin" / "python")
    monkeypatch.setenv("GONOGO_CLIENTS", str(CLIENTS))
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    card = tmp_path / "card.json"
    command = ["grade", "--jobs", "2", "--report", f"json={card}", "--", runs, str(HERE / program)]
    result = CliRunner().invoke(main, command)
    marks = json.loads(card.read_text(encoding="utf-8"))["marks"]
    *told, rest = TOLD[name, installed(name)]
    assert [marks.pop(rule) for rule in COLUMNS] == told, result.output
    assert set(marks.values()) == {rest}, result.output
