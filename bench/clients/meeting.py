"""Meeting: a client, in an environment of its own, asks a mock of its own. Knows no client."""

from __future__ import annotations

import ast
import os
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mock_server.app import build
from mock_server.beside import running
from mock_server.keys import DEFAULT_KEY
from mock_server.settings import Settings
from mock_server.testing import Mock
from openapi import account

PROGRAMS = Path(__file__).parent / "programs"
TOKEN = "rehearsal"
WORST_SECONDS = 300.0
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is none, so that no client reaches beyond this machine unnoticed."""
BUSY: Mapping[str, Any] = {
    "per": "request",
    "steps": [
        {
            "reply": {"status": 429, "retry_after": 1, "times": 1},
            "then": [{"status": 503, "times": 1}, {}],
        }
    ],
}
SLOW: Mapping[str, Any] = {
    "steps": [{"reply": {"text": "word " * 200, "pace": {"between_tokens": "20ms"}}}]
}


@dataclass(frozen=True, slots=True)
class Client:
    """A client and the program that shows what it can do."""

    package: str
    """As the registry calls it."""
    program: str
    """File in `programs/`."""

    @property
    def notes(self) -> str:
        """What its users should know, from the head of its program."""
        source = (PROGRAMS / self.program).read_text(encoding="utf-8")
        return ast.get_docstring(ast.parse(source)) or ""


CLIENTS = (
    Client("openai", "test_openai.py"),
    Client("langchain-openai", "test_langchain_openai.py"),
    Client("litellm", "test_litellm.py"),
    Client("pydantic-ai-slim", "test_pydantic_ai.py"),
    Client("llm", "test_llm.py"),
    Client("aigateway-py", "test_aigateway.py"),
)


@dataclass(frozen=True, slots=True)
class Met:
    """What came of it."""

    client: Client
    version: str
    results: Mapping[str, str]
    """By test: empty where it passed, otherwise what was wrong."""
    asked: int
    """Requests that the mock answered."""
    closed: bool | None
    """It closed the stream that it left in the middle; None where it left none."""

    @property
    def failed(self) -> Sequence[str]:
        """Names of the tests that did not pass; all of them where none was run."""
        return [name for name, wrong in self.results.items() if wrong] or (
            [] if self.results else ["nothing was run"]
        )


def meet(python: Path, client: Client) -> Met:
    """Let a client's program ask a mock that was started for it, and say what both saw."""
    with running(build(Settings(control_token=TOKEN, job_seconds=0.2))) as port:
        root = f"http://127.0.0.1:{port}"
        mock = Mock(f"{root}/v1", DEFAULT_KEY, f"{root}/__gonogo__/", TOKEN)
        mock.script(BUSY, name="busy")
        mock.script(SLOW, name="slow")
        results = _run(python, client, mock)
        calls = mock.journal
        left = [call["ending"] == "interrupted" for call in calls if call["script"] == "slow"]
        return Met(
            client,
            _version(python, client),
            results,
            len(calls),
            all(left) if left else None,
        )


def _run(python: Path, client: Client, mock: Mock) -> Mapping[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "results.xml"
        done = subprocess.run(
            [
                str(python),
                "-m",
                "pytest",
                "-q",
                str(PROGRAMS / client.program),
                f"--junitxml={told}",
            ],
            env=_environment(mock, folder),
            capture_output=True,
            text=True,
            timeout=WORST_SECONDS,
            check=False,
        )
        if not told.is_file():
            raise SystemExit(f"{client.package} could not be run:\n{done.stdout}{done.stderr}")
        return {case.attrib["name"]: _wrong(case) for case in ET.parse(told).iter("testcase")}


def _environment(mock: Mock, home: str) -> dict[str, str]:
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE)
    return {
        "PATH": os.environ["PATH"],
        "HOME": home,
        "NO_PROXY": "127.0.0.1,localhost",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "GONOGO_MODEL": Settings().model.id,
        "GONOGO_VECTORS": account().document["x-account"]["embedding_model"],
        "GONOGO_BUSY": mock.at("busy"),
        "GONOGO_SLOW": mock.at("slow"),
        "GONOGO_POOR_KEY": f"{DEFAULT_KEY}-no-credit",
        **proxies,
        **mock.environ,
    }


def _wrong(case: ET.Element) -> str:
    for word in ("failure", "error", "skipped"):
        if (found := case.find(word)) is not None:
            return found.attrib.get("message", word) or word
    return ""


def _version(python: Path, client: Client) -> str:
    asked = f"import importlib.metadata as m; print(m.version({client.package!r}))"
    told = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, check=True)
    return told.stdout.strip()
