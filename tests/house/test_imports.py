"""What a start imports, and what it leaves to whoever first needs it. Nothing here is timed."""

from __future__ import annotations

import subprocess
import sys

import pytest

ALWAYS_LAZY = ("hypothesis", "jinja2", "matplotlib", "numpy", "onnx", "onnxruntime_genai", "pytest")

STARTS = {
    "gonogo --help": (
        "from conformance.cli import main; main(['--help'], standalone_mode=False)",
        ("asyncio", "httpx", "jsonschema", "mock_server", "openapi_core", "rich", "yaml"),
    ),
    "gonogo-mock --help": (
        "from mock_server.cli import main; main(['--help'], standalone_mode=False)",
        ("asyncio", "conformance", "httpx", "jsonschema_rs", "starlette", "tokenizers", "uvicorn"),
    ),
    "gonogo-mock serve": (
        "from mock_server.server import configured, lasting\n"
        "from mock_server.settings import Settings\n"
        "configured(lasting(Settings())).load()",
        (
            "conformance",
            "email.parser",
            "granian",
            "http.cookies",
            "httpx",
            "jsonschema",
            "mock_server.control",
            "mock_server.faults.usage",
            "mock_server.grading",
            "mock_server.gemma",
            "mock_server.variants.framing",
            "mock_server.server.workers",
            "redis",
            "starlette",
            "yaml",
        ),
    ),
}


@pytest.mark.parametrize("start", STARTS)
def test_a_start_imports_no_more_than_it_needs(start: str) -> None:
    code, lazy = STARTS[start]
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n', *sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "click" in told or start == "gonogo-mock serve"
    assert [name for name in (*lazy, *ALWAYS_LAZY) if name in told] == []
